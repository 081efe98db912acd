"""The readers of the house, each with a small corpus, and what must hold of all that it reads."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mutations import mutated

from lstmkit import config, runs, runtime
from lstmkit.emoji import classifier, packing
from lstmkit.emoji import data as sentences
from lstmkit.errors import LstmkitError
from lstmkit.letters import pipeline as letters
from lstmkit.music.config import MusicConfig
from lstmkit.music.files.charts import progression
from lstmkit.music.files.midi.reader import parse_midi
from lstmkit.music.files.musicxml.reader import parse_musicxml
from lstmkit.music.files.reading import measures
from lstmkit.music.play import improvise
from lstmkit.page import build
from lstmkit.stock import data as prices
from lstmkit.stock import forecaster
from lstmkit.stock.config import StockConfig
from lstmkit.stock.fitting import familiar

CORPUS = Path(__file__).resolve().parent / "corpus"
STOCK = config.load(StockConfig, "stock", None).data
MUSIC = config.load(MusicConfig, "music", None).data
PIPELINES = config.pipelines()
MOST_FLOATS = 100_000  # of an input that a damaged network is asked about
ONE_IN = 8  # pages are written for so many runs, since it takes long


class WrongError(Exception):
    """A reader returned what it should have refused."""


def require(holds, what):
    """Refuse what a reader returned."""
    if not holds:
        raise WrongError(what)


def read_prices(name, content, folder):
    found = prices.load(_file(folder, name, content), STOCK)
    require(np.isfinite(found.values).all(), "a price that is no number")
    require((np.diff(found.dates) > np.timedelta64(0)).all(), "dates that do not increase")


def read_sentences(name, content, folder):
    found = sentences.load(_file(folder, name, content), {})
    require(len(found.texts) == len(found.targets) > 0, "texts without labels")


def read_glove(name, content, folder):
    words, dimension = packing.pack(_file(folder, name, content), folder)
    require((folder / "vectors.i8").stat().st_size == words * dimension, "rows without a word")


def read_midi(name, content, folder):
    _music(parse_midi(content, name="x", where=name))


def read_musicxml(name, content, folder):
    _music(parse_musicxml(content, name="x", where=name))


def _music(score):
    found = measures.of(score, MUSIC, "x")
    notes = [note for part in score.parts for note in part.notes]
    require(all(n.onset >= 0 and n.duration >= 0 for n in notes), "a note before the first bar")
    require(all(0 <= n.pitch < 128 and 0 < n.velocity < 128 for n in notes), "no MIDI note")
    require(all(m.bar.length > 0 for m in found.measures), "a bar of no length")


def read_chords(name, content, folder):
    text = content.decode("utf-8", "replace")
    found = progression.read(text.replace("\0", " "), None if name.startswith("plain") else "Bb")
    require(found.bars and all(found.bars), "a bar without a chord")


def read_yaml(name, content, folder):
    pipeline = name.partition(".")[0]
    loaded = config.load(config.schema_of(pipeline), pipeline, _file(folder, "x.yaml", content))
    again = _file(folder, "again.yaml", config.show(loaded, pipeline).encode())
    same = config.load(config.schema_of(pipeline), pipeline, again)
    require(same == loaded, "a config that reads otherwise once it is written")


def read_set(name, content, folder):
    pipeline = name.partition(".")[0]
    text = content.decode("utf-8", "replace").rstrip("\n")
    config.load(config.schema_of(pipeline), pipeline, None, [text])


def read_keras(name, content, folder):
    model = runtime.load(_file(folder, "model.keras", content))
    sizes = [[2 if size is None else size for size in shape] for shape in model.input_shapes]
    if sum(map(np.prod, sizes)) < MOST_FLOATS:
        answers = model.predict(
            [np.zeros(s) for s in sizes] if len(sizes) > 1 else np.zeros(sizes[0])
        )
        several = answers if isinstance(answers, tuple) else (answers,)
        require(all(np.isfinite(one).all() for one in several), "an answer that is no number")


def read_run(name, content, folder):
    """Put one wrong file into a good run, and do all that is done with a run."""
    pipeline, _, wrong = name.partition("/")
    run = runs.Run(folder / "outputs" / pipeline / "run")
    run.path.mkdir(parents=True)
    for path in (CORPUS / "runs" / pipeline).iterdir():
        (run.path / path.name).write_bytes(content if path.name == wrong else path.read_bytes())
    runs.list_runs(folder / "outputs")
    for look in (*LOOKS, *LOOKS_OF[pipeline], build.write)[
        : None if len(content) % ONE_IN == 0 else -1
    ]:
        try:
            look(run)
        except LstmkitError:  # what is damaged for one is none of another's
            continue


def _manifest(run):
    return run.manifest, run.status, runs.inputs_of(run), run.metrics, run.files()


def _stock(run):
    told = forecaster.load(run).look_ahead(forecaster.load_context(run), 3)
    require(np.isfinite(told.predicted).all(), "a forecast that is no number")


def _letters(run):
    parameters, _, _ = letters.load(run)
    require(all(np.isfinite(w).all() for w in parameters.values()), "weights that are no numbers")


LOOKS = (_manifest, lambda run: run.config(config.schema_of(run.path.parent.name)))
LOOKS_OF = {
    "stock": (_stock, familiar.load),
    "letters": (_letters,),
    "music": (improvise.load_songbook,),
    "emoji": (classifier.load,),
}


def _file(folder, name, content):
    path = folder / Path(name).name
    path.write_bytes(content)
    return path


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes:
        read: Takes the name of a corpus file, bytes in its place, and an empty folder.
        tokens: Words of the field.
        rate: How many inputs it gets beside the others in a long run: about as many as take it
            a fiftieth of a second, so that no slow reader holds up the others.
    """

    read: object
    tokens: tuple = ()
    rate: int = 1
    kept: dict = field(default_factory=dict)

    def draw(self, chance):
        """Return the name of a file of the corpus, and what its bytes became."""
        name = chance.choice(list(self.kept))
        others = [
            other
            for key, other in self.kept.items()
            if key.partition("/")[0] == name.partition("/")[0]
        ]
        return name, mutated(self.kept[name], chance, tokens=self.tokens, others=others)

    def check(self, name, content):
        """Read an input; whatever ends it but an answer or a clear error is a fault of ours."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                self.read(name, content, Path(folder))
            except LstmkitError as error:
                require(str(error).strip(), "an error that says nothing")


def _words(text):
    return tuple(word.encode() for word in text.split())


DATES = "2020-01-02 02/01/2020 01/02/2020 20200102 1577923200 1577923200000 Jan 2.1.2020 2020-W01 "
NUMBERS = "1,234.5 1.234,5 (5) 5% $5 1.5K - N/A null 1_000 0x1F 1e5 ١٢ .5 5. +5 "
MARKS = "NaN Date Close Adj_Close Volume ; | \" '' # // -- =1+1 T12:00:00Z 24:00 AM"
CHORDS = (
    "Dm7 G7 | |: :| || % . / N.C. [1 [2 ii V7 bVII maj7 #11 b9 sus4 alt /Bb (b5) ø ° Δ ♭ ♯ H "
    "irealb://"
)
YAML = (
    "{ } [ ] : - ? & * ! | > # '' \" ~ .inf .nan 0x1 1e3 !!python/object <<: --- ... "
    "\\UFFFFFFFF null "
)
KEYS = "data. train. model. generate. labels. seed epochs units window column [1,2] {a: 1} = =="
XML = (
    "<note> </note> <rest/> <chord/> <grace/> <backup> <forward> <duration>0 <duration>-1 <voice> "
    "<tie type='start'/> <harmony> <kind> <divisions>0 <divisions>1e9 <time> <beats>0 <repeat "
    "direction='backward' times='1e9'/> <ending number='1,2,99999999' &amp; <!ENTITY <measure"
)
MIDI = (
    b"MThd\0\0\0\6\0\1\0\1\0\0", b"MTrk\xff\xff\xff\xff", b"\xff\x2f\0", b"\xff\x51\3\0\0\0",
    b"\xff\x58\4\0\0\0\0", b"\x83\xff\xff\x7f", b"\xf0\x7f", b"\x80\x40\0", b"\x90\x40\x7f",
    b"RIFF\4\0\0\0RMID",
)  # fmt: skip

TARGETS = {
    "prices": Target(read_prices, _words(DATES + NUMBERS + MARKS), rate=1),
    "sentences": Target(read_sentences, _words(MARKS + " text label happy 🙂 :) heart"), rate=5),
    "glove": Target(read_glove, _words("the 1 -1 nan 1e40 400000 50 \ufeff"), rate=60),
    "midi": Target(read_midi, MIDI, rate=5),
    "musicxml": Target(read_musicxml, _words(XML), rate=30),
    "chords": Target(read_chords, _words(CHORDS), rate=25),
    "yaml": Target(read_yaml, _words(YAML + KEYS), rate=3),
    "set": Target(read_set, _words(YAML + KEYS), rate=3),
    "keras": Target(read_keras, rate=12),
    "runs": Target(read_run, rate=1),
}


def _files(pattern, below):
    """Return the files of the corpus by their names below a folder."""
    found = sorted(path for path in CORPUS.glob(pattern) if path.is_file())
    return {path.relative_to(CORPUS / below).as_posix(): path.read_bytes() for path in found}


for _name, _target in TARGETS.items():
    _target.kept.update(_files(f"{_name}/**/*", _name))
TARGETS["keras"].kept.update(_files("runs/*/*.keras", "runs"))
