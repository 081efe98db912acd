"""Make the corpus that fuzzing starts from: small good files of every kind, all of our own.

    python tests/fuzz/make_corpus.py      trains four tiny models; takes a minute

What fuzzing once found is kept as unit tests, not here.
"""

import gzip
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, timedelta
from pathlib import Path

import mido
from targets import CORPUS

KEPT = {".json", ".yaml", ".npz", ".npy", ".keras", ".csv", ".txt"}
SMALL = ("--set", "train.epochs=1", "--set", "train.patience=null")


def days(count):
    return [date(2020, 1, 1) + timedelta(days=n) for n in range(count)]


def prices():
    rows = [f"{day},{100 + n % 7}.{n % 10},{90 + n % 5}" for n, day in enumerate(days(80))]
    plain = "Date,Close,Open\n" + "\n".join(rows) + "\n"
    german = "\n".join(f"{d:%d.%m.%Y};1.{100 + n},5" for n, d in enumerate(days(60)))
    lines = "\n".join(
        f'{{"t": "{d}T10:00:00Z", "close": {9 + n % 4}}}' for n, d in enumerate(days(50))
    )
    stamps = "\n".join(f"{1577836800 + 60 * n}\t{5 + n % 3}" for n in range(60))
    quoted = "\n".join(
        f'"{d:%b %d, %Y}","1,{100 + n}.00","0.5%","2.1M"' for n, d in enumerate(days(50))
    )
    return {
        "plain.csv": plain.encode(),
        "german.csv": f"Preise\nDatum;Schluss\n{german}\n".encode("cp1252"),
        "lines.json": lines.encode(),
        "stamps.tsv": stamps.encode(),
        "quoted.csv": f'"Date","Price","Change %","Vol."\n{quoted}\n'.encode("utf-8-sig"),
        "wide.csv": plain.encode("utf-16"),
        "plain.csv.gz": gzip.compress(plain.encode(), mtime=0),
        "plain.zip": archive({"plain.csv": plain.encode()}),
    }


def sentences():
    words = ("today", "again", "here", "there", "too", "now")
    happy = [(f"I am glad {word}", "happy") for word in words]
    sad = [(f"so sad, {word}", "sad") for word in words]
    rows = happy + sad
    return {
        "plain.csv": b"text,label\n"
        + "".join(f'"{text}",{label}\n' for text, label in rows).encode(),
        "bare.csv": "".join(f'"{text}",{n % 2}\n' for n, (text, _) in enumerate(rows)).encode(),
        "lines.jsonl": "".join(f'{{"text": "{t}", "emoji": "🙂"}}\n' for t, _ in rows).encode(),
        "tabs.tsv": "".join(f"{label}\t{text}\n" for text, label in rows).encode("utf-16"),
    }


def glove():
    rows = "".join(f"word{n} {n}.5 -0.25 1e-3 {n}\n" for n in range(30))
    return {
        "plain.txt": rows.encode(),
        "word2vec.txt": f"30 4\n{rows}".encode(),
        "plain.txt.gz": gzip.compress(rows.encode(), mtime=0),
    }


def midi(kind):
    file = mido.MidiFile(type=kind, ticks_per_beat=96)
    melody, chords = mido.MidiTrack(), mido.MidiTrack()
    melody.append(mido.MetaMessage("time_signature", numerator=4, denominator=4))
    melody.append(mido.MetaMessage("set_tempo", tempo=400_000))
    melody.append(mido.MetaMessage("marker", text="Dm7"))
    for n in range(32):
        melody.append(mido.Message("note_on", note=60 + n % 12, velocity=80, time=0))
        melody.append(mido.Message("note_off", note=60 + n % 12, time=48))
    for _ in range(4):
        for pitch in (50, 53, 57, 60):
            chords.append(mido.Message("note_on", channel=1, note=pitch, velocity=60, time=0))
        for place, pitch in enumerate((50, 53, 57, 60)):
            off = mido.Message("note_off", channel=1, note=pitch, time=0 if place else 384)
            chords.append(off)
    file.tracks += [melody, chords] if kind else [melody]
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def musicxml():
    from scores import BAR, harmony, score

    ending = '<barline><ending number="1" type="start"/><repeat direction="backward"/></barline>'
    bars = [harmony("D", "minor-seventh") + BAR, BAR + ending, harmony("C", "major") + BAR]
    text = score(
        ("Sax", bars, ""), ("Bass", [BAR] * 3, "<transpose><chromatic>-12</chromatic></transpose>")
    )
    container = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
    packed = {"META-INF/container.xml": container.encode(), "a.xml": text.encode()}
    return {
        "plain.musicxml": text.encode(),
        "packed.mxl": archive(packed),
        "wide.xml": f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"),
    }


def archive(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


CHORDS = {
    "plain.txt": "|: Dm7 G7 | Cmaj7 . / Am7b5 |[1 % :|[2 F#m7(b5) | N.C. Bb13#11 ||",
    "numerals.txt": "ii7 V7 | Imaj7 | bVII7 #iv-7b5 | I",
    "plain-ireal.txt": "irealbook://Tune=Me=Swing=C=n=[T44C^7 |A-7 |D-9 |G7#5 Z",
}
YAML = {
    "stock.yaml": "seed: 3\ndata:\n  window: 30  # rows\n  inputs: [open, 2]\ntrain: {epochs: 9}\n",
    "music.yaml": "generate:\n  bars: 12\n  temperature: .9\ndata:\n  bars: [1, 4]\n",
    "emoji.yaml": 'labels:\n  happy: "😄 happy"\ntrain:\n  epochs: 3\n',
}
SET = {
    "stock.a": "train.epochs=50",
    "stock.b": "data.date_format=%d.%m.%Y",
    "music.a": "data.bars=[1, 12]",
    "emoji.a": "labels={happy: '😄 happy', sad: 😢}",
}


def trained():
    """Train a tiny model of every pipeline; return the files of each run."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "p.csv").write_bytes(prices()["plain.csv"])
        (folder / "s.csv").write_bytes(sentences()["plain.csv"])
        (folder / "m.mid").write_bytes(midi(1))
        (folder / "n.txt").write_text("anna\nbert\nclara\ndora\nemil\nfritz\n", encoding="utf-8")
        sets = {
            "stock": ("stock", "train", "p.csv", "model.units=[2]", "data.window=12",
                      "baselines.lags=2", "baselines.moving_average=2", "interval.horizons=3",
                      "train.start=random"),
            "music": ("music", "train", "m.mid", "model.units=2", "train.validation_fraction=0"),
            "emoji": ("emoji", "train", "s.csv", "model.units=[2]"),
            "letters": ("cells", "learn", "n.txt", "model.units=3"),
        }  # fmt: skip
        for (*words,) in sets.values():
            options = [part for text in words[3:] for part in ("--set", text)]
            command = [sys.executable, "-m", "lstmkit", *words[:3], *SMALL, *options]
            subprocess.run(command, cwd=folder, check=True)
        return {
            f"{name}/{path.name}": path.read_bytes()
            for name in sets
            for path in folder.glob(f"outputs/{name}/*/*")
            if path.suffix in KEPT and path.stat().st_size < 200_000
        }


def main():
    """Write the corpus anew."""
    sys.path.append(str(CORPUS.parents[1] / "music"))  # for `scores`
    runs = trained()
    texts = {"chords": CHORDS, "yaml": YAML, "set": SET}
    made = {
        "prices": prices(),
        "sentences": sentences(),
        "glove": glove(),
        "midi": {"one.mid": midi(0), "two.mid": midi(1)},
        "musicxml": musicxml(),
        "runs": runs,
        **{name: {k: v.encode() for k, v in kept.items()} for name, kept in texts.items()},
    }
    shutil.rmtree(CORPUS, ignore_errors=True)
    for target, files in made.items():
        for name, content in files.items():
            path = CORPUS / target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main()
