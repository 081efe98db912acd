"""Rebuild the emoji model that ships: after `lstmkit data fetch public`, run this file.

It learns from our sentences, and from what a larger model answers to public texts and to variants
of our sentences (`taught.npz`, made by `teach.py`). Of the public files the texts count, not their
labels; those that stand among our sentences are left out. Four passes over ours alone end it. Each
run goes to `outputs/` as any other, and then to `data/models/emoji`. Half an hour on two cores.
"""

import csv
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.downloads.fetch import is_present
from lstmkit.downloads.public import PUBLIC
from lstmkit.emoji import classifier, data, embeddings, naming, pipeline
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.files import atomic, data_folder, write_json

ROOT = Path(__file__).resolve().parent
TAUGHT = ROOT / "taught.npz"
OWN = ("train", "validation", "test", *(path.stem for path in sorted(ROOT.glob("blind*.csv"))))
FILES = (
    "goemotions_train.tsv",
    "goemotions_dev.tsv",
    "tweeteval_emoji_train_text.txt",
    "tweeteval_emoji_val_text.txt",
    "tweeteval_irony_train_text.txt",
    "tweeteval_irony_val_text.txt",
    "tweeteval_emotion_train_text.txt",
    "tweeteval_emotion_val_text.txt",
)
COMMON, NEIGHBOURS, NEAR, BLOCK = 20_000, 8, 0.55, 512  # words; cosine; words at a time
VARIANTS, REPLACED, LEAST = 6, 0.25, 4  # of a sentence; share of the words; words of a whole one
LAST = [f"train.{key}" for key in
        ("start=shipped", "epochs=4", "batch_size=64", "learning_rate=0.0007")]  # fmt: skip
MOST = 255  # what a probability of 1 is in `taught.npz`
KEPT = ("model.keras", "labels.json", "vocabulary.txt", "tuned.npy", "config.yaml", "run.json",
        "metrics.json", "history.csv", "predictions.csv", "plots")  # fmt: skip


def public_texts() -> list[str]:
    """Return the public texts, each once, none of ours among them."""
    folder = data_folder()
    wanted = [file for file in PUBLIC.files if file.name in FILES]
    missing = [file.name for file in wanted if not is_present(file, folder)]
    if missing:
        sys.exit(f"not in {folder}: {', '.join(missing)}; run lstmkit data fetch public")
    labels = configs.load(EmojiConfig, "emoji", None).labels
    ours = (data.load(ROOT / f"{name}.csv", labels) for name in OWN)
    seen = {data.folded(text) for one in ours for text in one.texts}
    texts = []
    for name in FILES:
        for line in (folder / name).read_text(encoding="utf-8").strip("\n").split("\n"):
            text = line.split("\t")[0].strip()
            key = data.folded(text)
            if key and key not in seen:
                seen.add(key)
                texts.append(text)
    return texts


def neighbours(words: list[str], table: VectorTable) -> dict[str, list[str]]:
    """Return for common words the words of nearly the same vector, exact to the last bit."""
    common = list(table.vocabulary)[:COMMON]
    codes = np.asarray(table.codes[:COMMON], np.float64)  # whole numbers: their products are exact
    lengths = np.sqrt((codes**2).sum(axis=1))
    rows = np.array([row for w in words if (row := table.vocabulary.get(w, COMMON)) < COMMON])
    found = {}
    for part in np.array_split(rows, -(-len(rows) // BLOCK)):
        cosines = codes[part] @ codes.T / lengths / lengths[part, None]  # (words, COMMON)
        for row, cosine in zip(part, cosines, strict=True):
            best = np.argsort(-cosine, kind="stable")[1 : NEIGHBOURS + 1]
            found[common[row]] = sorted(common[i] for i in best if cosine[i] >= NEAR)
    return found


def variants(texts: tuple[str, ...]) -> list[str]:
    """Return what our sentences turn into: spans of them, halves of two, words of like meaning.

    Most make little sense, and none has a label of ours; the larger model's answers to them show
    what hangs on which words (Tang et al., 2019).
    """
    random = np.random.default_rng(0)
    tokens = [text.split() for text in texts]
    bare = {word: word.lower().strip(".,!?") for words in tokens for word in words}
    near = neighbours(sorted(set(bare.values())), embeddings.load(None))
    seen = {data.folded(text) for text in texts}
    made = []
    for words in tokens:
        for _ in range(VARIANTS):
            turned, kind = list(words), random.integers(3)
            if kind == 0 and len(words) > LEAST:
                length = int(random.integers(max(2, len(words) // 3), len(words)))
                start = int(random.integers(len(words) - length + 1))
                turned = words[start : start + length]
            elif kind == 1:
                other = tokens[int(random.integers(len(tokens)))]
                cut = max(1, int(len(words) * random.uniform(0.4, 1)))
                turned = words[:cut] + other[int(len(other) * random.uniform(0, 0.6)) :]
            for i, word in enumerate(turned):
                if random.random() < REPLACED and near.get(bare[word]):
                    turned[i] = str(random.choice(near[bare[word]]))
            text = " ".join(turned)
            if (key := data.folded(text)) and key not in seen:
                seen.add(key)
                made.append(text)
    return made


def unlabelled() -> list[str]:
    """Return all that the larger model answers to."""
    labels = configs.load(EmojiConfig, "emoji", None).labels
    return [*public_texts(), *variants(data.load(data.shipped("train"), labels).texts)]


def write_answers(texts: list[str], answers: np.ndarray) -> None:
    """Keep answers to the texts, (texts, classes), a byte for a probability."""
    codes = np.round(answers * MOST).astype(np.uint8)
    with atomic(TAUGHT, "wb") as stream:
        np.savez_compressed(stream, codes=codes, texts=np.array(checksum(texts)))


def checksum(texts: list[str]) -> str:
    """Return the SHA-256 of the texts, which tells whether answers are to these."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def main() -> int:
    """Join texts and answers, train, and put the run where the model that ships is."""
    texts = unlabelled()
    with np.load(TAUGHT) as kept:
        codes, of = kept["codes"], str(kept["texts"])
    if of != checksum(texts):
        sys.exit(f"{TAUGHT}: these are answers to other texts; run data/emoji/teach.py")
    config = configs.load(EmojiConfig, "emoji", ROOT / "rebuild.yaml")
    keys = list(naming.from_config(config.labels))
    with tempfile.TemporaryDirectory() as folder:
        taught = Path(folder) / "taught.csv"
        with taught.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", *keys])
            writer.writerows([text, *row] for text, row in zip(texts, codes.tolist(), strict=True))
        ship(pipeline.train(None, config, Path("outputs"), taught=taught).run)
    ship(end_on_ours())
    return 0


def end_on_ours() -> Path:
    """Train what ships now a little further, on our sentences alone: they have the last word."""
    config = configs.load(EmojiConfig, "emoji", ROOT / "rebuild.yaml", LAST)
    splits = pipeline._splits(None, None, config)
    inputs = pipeline._fingerprints(splits)
    run = runs.create(Path("outputs"), "emoji", "sentences", config, inputs=inputs)
    result = pipeline._train(run, splits, embeddings.load(None), None)
    sys.stdout.write(f"{result.verdict}\n")
    return result.run


def ship(run: Path) -> None:
    """Put a run where the model that ships is, without the folders of the machine that made it."""
    shipped = configs.package_folder("data") / "models" / "emoji"
    made = shipped.with_name("emoji.new")  # all of it is there before the old one goes
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for name in KEPT:
        copy = shutil.copytree if (run / name).is_dir() else shutil.copy2
        copy(run / name, made / name)
    noted = json.loads((made / runs.MANIFEST).read_text(encoding="utf-8"))
    for one in noted["inputs"]:
        path = Path(one["path"])
        near = path.is_relative_to(ROOT)
        one["path"] = f"data/emoji/{path.name}" if near else path.name
    noted |= {
        "files": dict.fromkeys(noted.get("files", {})),
        "command": ["python", "data/emoji/rebuild.py"],
    }
    write_json(made / runs.MANIFEST, noted)
    classifier.load(runs.Run(made))
    shutil.rmtree(shipped)
    made.rename(shipped)


if __name__ == "__main__":
    sys.exit(main())
