"""Every command that writes, as `kills.py` kills it: what it is given, and what goes on with it."""

import functools
import hashlib
import http.server
import shutil
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "fuzz" / "corpus"
LSTMKIT = (sys.executable, "-m", "lstmkit")
FETCHED = bytes(range(256)) * 40_000
OLD = "old"  # begins the names of the runs that were there before


@dataclass(frozen=True)
class Command:
    """A command line.

    Attributes:
        words: Its words.
        resume: What goes on with it, before the run; empty: it is given once more.
        slow: Whether it trains by Keras, so that a kill takes long to come back from.
        program: What runs it.
        made: A file that it makes last and never makes again; empty: there is none.
    """

    words: tuple
    resume: tuple = ()
    slow: bool = False
    program: tuple = LSTMKIT
    made: str = ""


def _set(*texts):
    return tuple(word for text in texts for word in ("--set", text))


SMALL = _set("train.epochs=4", "train.checkpoint_seconds=0")
STOCK = (
    *SMALL,
    *_set("data.window=12", "model.units=[4]", "train.start=random", "baselines.lags=2"),
    *_set("baselines.moving_average=2", "interval.horizons=3"),
)
MUSIC = _set("model.units=8", "train.validation_fraction=0", "train.patience=null")
SHIPPED = ("--run", "shipped")
COMMANDS = {
    "learn": Command(("cells", "learn", *SMALL, *_set("model.units=8")), ("cells", "learn")),
    "stock": Command(("stock", "train", "prices.csv", *STOCK), ("stock", "train"), slow=True),
    "panel": Command(("stock", "train", "panel", *STOCK), ("stock", "train"), slow=True),
    "backtest": Command(
        ("stock", "backtest", "prices.csv", "--folds", "2", *STOCK), ("stock", "backtest"), True
    ),
    "music": Command(("music", "train", "tune.mid", *SMALL, *MUSIC), ("music", "train"), slow=True),
    "emoji": Command(
        ("emoji", "train", "labelled.csv", *SMALL, *_set("model.units=[4]")),
        ("emoji", "train"),
        slow=True,
    ),
    "evaluate": Command(("stock", "evaluate", "prices.csv", "--run", "outputs/stock/old")),
    "forecast": Command(("stock", "forecast", "--run", "outputs/stock/old", "--days", "3")),
    "predict": Command(("emoji", "predict", "--input", "in.csv", "--to", "out.csv", *SHIPPED)),
    "emojis": Command(("emoji", "evaluate", "labelled.csv", *SHIPPED)),
    "generate": Command(("music", "generate", *SHIPPED, "--bars", "4", "--wav")),
    "tunes": Command(("music", "evaluate", "tune.mid")),
    "gates": Command(("cells", "gates", "--run", "outputs/stock/old")),
    "memory": Command(("cells", "memory", "--seeds", "1"), slow=True),
    "trace": Command(("cells", "trace", "--to", "trace.html")),
    "exercise": Command(("exercise", "start", "1", "--folder", "exercises")),
    "report": Command(("report", "outputs/letters/old")),
    "compare": Command(("report", "--compare", "outputs/letters/old", "outputs/letters/old-2")),
    "export": Command(
        ("export", "outputs/stock/old", "--format", "keras", "--to", "a.keras"), made="a.keras"
    ),
    "pack": Command(
        ("emoji", "train", "labelled.csv", "--embeddings", "vectors.txt", *SMALL),
        ("emoji", "train"),
        slow=True,
    ),
    "sweep-cells": Command(
        ("sweep", "cells", "--over", "model.units=4,8", "--seeds", "1", *SMALL),
        ("sweep", "cells"),
    ),
    "sweep-stock": Command(
        ("sweep", "stock", "prices.csv", "--over", "train.epochs=1,2", "--seeds", "1", *STOCK),
        ("sweep", "stock"),
        slow=True,
    ),
    "sweep-emoji": Command(
        ("sweep", "emoji", "labelled.csv", "--over", "model.units=[4],[5]", "--seeds", "1", *SMALL),
        ("sweep", "emoji"),
        slow=True,
    ),
    "sweep-music": Command(
        ("sweep", "music", "tune.mid", "--over", "model.units=4,8", "--seeds", "1", *SMALL),
        ("sweep", "music"),
        slow=True,
    ),
    "solo": Command(("music", "generate", *SHIPPED, "--bars", "4", "--musicxml")),
    "fetch": Command((), program=(sys.executable, str(HERE / "fetching.py"))),
}


def prepare(folder):
    """Write what the commands read."""
    lines = "\n".join(f"{i},I love you number {i}" for i in range(1000))
    (folder / "in.csv").write_text(f"id,text\n{lines}\n", encoding="utf-8")
    for name, source in {
        "prices.csv": "prices/plain.csv",
        "labelled.csv": "sentences/plain.csv",
        "tune.mid": "midi/two.mid",
        "vectors.txt": "glove/plain.txt",
    }.items():
        shutil.copy(CORPUS / source, folder / name)
    head, *rows = (folder / "prices.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "panel").mkdir()
    for number in range(3):
        series = "".join([head, *rows[5 * number :]])
        (folder / "panel" / f"S{number}.csv").write_text(series, encoding="utf-8")
    for pipeline, name in (("letters", OLD), ("letters", f"{OLD}-2"), ("stock", OLD)):
        shutil.copytree(CORPUS / "runs" / pipeline, folder / "outputs" / pipeline / name)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves one file in pieces, from where it is asked to."""

    def do_GET(self):
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(FETCHED) - 1}/{len(FETCHED)}")
        self.send_header("Content-Length", str(len(FETCHED) - first))
        self.end_headers()
        for start in range(first, len(FETCHED), 1 << 18):
            self.wfile.write(FETCHED[start : start + (1 << 18)])

    def log_message(self, *_):
        pass


@functools.cache
def fetch_words():
    """Start a server of this process; return what `fetching.py` is told of its file."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.handle_error = lambda *_: None  # whom it serves is killed
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/file.csv"
    return url, str(len(FETCHED)), hashlib.sha256(FETCHED).hexdigest()
