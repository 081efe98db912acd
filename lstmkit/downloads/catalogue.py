"""What can be fetched: each file with its address, its size and its SHA-256."""

from collections.abc import Sequence

from lstmkit.downloads.public import PUBLIC
from lstmkit.downloads.remote import RemoteFile, Source
from lstmkit.errors import InputError

TUTORIAL = (
    "https://raw.githubusercontent.com/omerbsezer/LSTM_RNN_Tutorials_with_Demo/"
    "72975a4d872b7a9c9643b2c453378d2625bba41e/"
)
NO_LICENCE = "none stated: for your own use"

CATALOGUE = (
    Source(
        name="dis",
        what="the tutorial's Disney prices, 5,035 days, 1996-12-31 to 2016-12-30",
        licence=NO_LICENCE,
        files=(
            RemoteFile(
                "DIS.csv",
                TUTORIAL + "StockPricesPredictionProject/DIS.csv",
                350_138,
                "9507d0b7006bab4207e07790fb8a2e2e8c9f6654a78e1d8135ad5fbb1b8ca423",
            ),
        ),
        next_command="lstmkit stock train DIS.csv",
    ),
    Source(
        name="metheny",
        what="the tutorial's jazz MIDI",
        licence=NO_LICENCE,
        files=(
            RemoteFile(
                "original_metheny.mid",
                TUTORIAL + "MusicGenerationProject/data/original_metheny.mid",
                92_549,
                "0da8322ceab36b036682b5ece0c315193f7b701a3340a0ca5a523b107c6f428d",
            ),
        ),
        next_command="lstmkit music train original_metheny.mid",
    ),
    Source(
        name="emoji",
        what="the tutorial's labelled sentences, 132 to train on and 56 to test",
        licence=NO_LICENCE,
        files=(
            RemoteFile(
                "train_emoji.csv",
                TUTORIAL + "SentimentAnalysisProject/train_emoji.csv",
                3_542,
                "41608b52a5be295bf0a874e3cb022c4d2790941abfe03dc87aee98e2793205bc",
            ),
            RemoteFile(
                "test_emoji.csv",
                TUTORIAL + "SentimentAnalysisProject/test_emoji.csv",
                1_426,
                "87bfb5795a4dfbe9ec628076939b2cc12561c85c8ca13f5bc004dc3d66750759",
            ),
        ),
        next_command="lstmkit emoji train train_emoji.csv --test test_emoji.csv",
    ),
    PUBLIC,
    # SHA-256 of the archive as public projects pin it, size as one of them notes it; the archive
    # was not fetched while this was written.
    Source(
        name="glove",
        what="GloVe 6B, vectors of 400,000 words: an archive; the 100-d file is unpacked",
        licence="PDDL 1.0, public domain",
        files=(
            RemoteFile(
                "glove.6B.zip",
                "https://nlp.stanford.edu/data/glove.6B.zip",
                862_182_613,
                "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
                member="glove.6B.100d.txt",
            ),
        ),
        next_command="lstmkit emoji train --embeddings glove.6B.100d.txt",
    ),
)
NAMES = tuple(source.name for source in CATALOGUE)
SMALL = tuple(name for name in NAMES if name not in ("glove", "public"))


def chosen(names: Sequence[str]) -> list[Source]:
    """Return the sources of these names, each once; `all` is every one.

    Raises:
        InputError: No source has this name.
    """
    unknown = [name for name in names if name not in (*NAMES, "all")]
    if unknown:
        raise InputError(
            f"{unknown[0]}: nothing of this name can be fetched; expected {', '.join(NAMES)} or all"
        )
    return [source for source in CATALOGUE if "all" in names or source.name in names]
