"""A trained model with all it needs to answer: vectors, labels, window, temperature. NumPy only."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lstmkit import runs, runtime
from lstmkit.arrays import load_array
from lstmkit.emoji import embeddings
from lstmkit.emoji import labels as label_sets
from lstmkit.emoji.embeddings import VectorTable
from lstmkit.emoji.labels import Label, none_of
from lstmkit.emoji.text import Piece, Reader, known_words, mostly_unread
from lstmkit.errors import InputError
from lstmkit.files import atomic, undamaged, write_text

LABELS = "labels.json"
VOCABULARY = "vocabulary.txt"
TUNED = "tuned.npy"  # a row per word of vocabulary.txt: float32 `scale`, int8 `codes`, (dimension,)
CHUNK, SMALL = 512, 64  # sequences run at a time; so few that some of another length join them
REMEMBERED = 1 << 14  # sequences of words whose answer is known
MAX_WINDOW = 1_000  # words
MAX_EXPLAINED = 400  # words
UNREAD = 0.98  # probability of no emoji for a text of which most words have no vector


@dataclass(frozen=True)
class Reading:
    """A text and what was answered to it.

    Attributes:
        text: As given.
        pieces: How it was read.
        probabilities: Of every label, float64, (classes,).
        windows: Parts it was read in; more than one where it is longer than the model's window.
    """

    text: str
    pieces: tuple[Piece, ...]
    probabilities: np.ndarray
    windows: int

    @property
    def best(self) -> int | None:
        """Index of the most probable label; None where no word of the text has a vector."""
        return int(self.probabilities.argmax()) if known_words(self.pieces) else None


@dataclass(frozen=True)
class Classifier:
    """A trained emoji model.

    Attributes:
        network: Sequences of vectors to probabilities.
        table: The word vectors, those that training moved in their new place.
        labels: The classes, in the order of the network's outputs.
        window: Words per sequence; a longer text is read in several that overlap.
        temperature: What the network's logits are divided by.
        reader: Texts to words of the table.
        none_weight: How many times likelier than the network says the answer is that no emoji fits.
        answers: What the network said to the sequences of words met last.
    """

    network: runtime.Model
    table: VectorTable
    labels: tuple[Label, ...]
    window: int
    temperature: float
    reader: Reader
    none_weight: float = 1.0
    answers: dict[bytes, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    @property
    def none(self) -> int | None:
        """Index of the label that means no emoji; None where the model knows no such answer."""
        return none_of(self.labels)

    def answer(self, reading: Reading) -> int | None:
        """Return the index of the label to answer with; None: no emoji fits, or nothing is read."""
        return None if reading.best == self.none else reading.best

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Answer to texts, in their order.

        A text of which most words have no vector is none of the emojis, for a model that knows
        this answer.
        """
        pieces = [tuple(self.reader.read(text)) for text in texts]
        rows = [self._rows(known_words(p)) for p in pieces]
        probabilities = self.probabilities(rows)
        if self.none is not None:
            unread = [i for i, p in enumerate(pieces) if mostly_unread(p)]
            probabilities[unread] = (1 - UNREAD) / max(1, len(self.labels) - 1)
            probabilities[unread, self.none] = UNREAD
        return [
            Reading(text, p, answer, len(self._windows(len(r))))
            for text, p, r, answer in zip(texts, pieces, rows, probabilities, strict=True)
        ]

    def probabilities(self, sentences: Sequence[np.ndarray]) -> np.ndarray:
        """Return calibrated probabilities, (sentences, classes).

        Args:
            sentences: Rows of the vector table, one array per sentence, of any length. A sentence
                longer than the window is read in windows that overlap by half, and the answer is
                the mean of theirs. Without words all classes are equally probable.
        """
        parts: list[np.ndarray] = []
        owners: list[int] = []
        for number, rows in enumerate(sentences):
            for start, end in self._windows(len(rows)):
                parts.append(rows[start:end])
                owners.append(number)
        result = np.zeros((len(sentences), len(self.labels)))
        np.add.at(result, owners, self._answers(parts))
        if self.none is not None:
            result[:, self.none] *= self.none_weight
        return tempered(result / result.sum(axis=1, keepdims=True), self.temperature)

    def _windows(self, words: int) -> list[tuple[int, int]]:
        """Return where the windows over so many words begin and end."""
        if words <= self.window:
            return [(0, words)]
        step = max(1, self.window // 2)
        starts = [*range(0, words - self.window, step), words - self.window]
        return [(start, start + self.window) for start in starts]

    def contributions(self, reading: Reading) -> list[float]:
        """Return what each piece adds to the probability of the answer: leave one out.

        Raises:
            InputError: The text is too long to leave every word out once.
        """
        if len(reading.pieces) > MAX_EXPLAINED:
            raise InputError(
                f"--explain runs the model once per word; expected at most {MAX_EXPLAINED} words "
                f"in a text, found {len(reading.pieces):,}"
            )
        best = reading.best
        if best is None:
            return [0.0] * len(reading.pieces)
        without = [
            self._rows(known_words(reading.pieces[:i] + reading.pieces[i + 1 :]))
            for i in range(len(reading.pieces))
        ]
        whole = reading.probabilities[best]
        return [float(whole - p) for p in self.probabilities(without)[:, best]]

    def _rows(self, words: Sequence[str]) -> np.ndarray:
        return np.array([self.table.vocabulary[word] for word in words], dtype=np.int64)

    def _answers(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """Return what the network says, (parts, classes): once to those that are alike."""
        keys = [part.tobytes() for part in parts]
        if len(self.answers) > REMEMBERED:
            self.answers.clear()
        new = {key: part for key, part in zip(keys, parts, strict=True) if key not in self.answers}
        new.pop(b"", None)
        self.answers[b""] = np.full(len(self.labels), 1 / len(self.labels))  # no words: any class
        for batch in _by_length(list(new)):
            answered = self._answer([new[key] for key in batch]).astype(np.float64)
            self.answers.update(zip(batch, answered, strict=True))
        return np.array([self.answers[key] for key in keys]).reshape(-1, len(self.labels))

    def _answer(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """Run the network over sequences no longer than the window, (n, classes)."""
        longest = max(1, *(len(part) for part in parts))
        indices = np.zeros((len(parts), longest), dtype=np.int64)  # (n, time), 0 is padding
        for i, part in enumerate(parts):
            indices[i, : len(part)] = part + 1
        vectors = self.table.rows(np.maximum(indices - 1, 0).ravel())
        vectors = vectors.reshape(*indices.shape, -1) * (indices > 0)[..., None]
        return np.asarray(self.network.predict(vectors.astype(np.float32)))


def _by_length(keys: list[bytes]) -> Iterator[list[bytes]]:
    """Cut sequences into batches of one length, or of nearly one where there are few."""
    batch: list[bytes] = []
    for key in sorted(keys, key=len):
        full = len(batch) == CHUNK
        if full or (len(batch) >= SMALL and len(key) > len(batch[-1])):
            yield batch
            batch = []
        batch.append(key)
    if batch:
        yield batch


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return `softmax(log p / temperature)`, (n, classes): above 1 flatter, below 1 sharper."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-12)) / temperature
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def load(
    run: runs.Run, vectors: Path | None = None, *, table: VectorTable | None = None
) -> Classifier:
    """Open the model of a run.

    Args:
        run: The run folder.
        vectors: The text file of word vectors it was trained with; None: found by checksum.
        table: These vectors where they are open already.

    Raises:
        InputError: The run is damaged, or the vectors are others than it was trained with.
    """
    noted = run.read_json(LABELS)
    with undamaged(run.path / LABELS):
        source: dict[str, Any] = noted["embeddings"]
        labels = label_sets.from_json(noted["labels"])
        window, temperature = int(noted["window"]), float(noted["temperature"])
        none_weight = float(noted.get("none_weight", 1.0))
        name, sha256 = str(source["name"]), str(source["sha256"])
        sound = 0 < window <= MAX_WINDOW and temperature > 0 and none_weight > 0
        if not labels or not sound or not math.isfinite(temperature + none_weight):
            raise ValueError("labels, window, temperature and none_weight make no sense")
    if table is None and vectors is None:
        table = embeddings.load_by_sha256(sha256, name)
    elif table is None:
        table = embeddings.load(vectors)
        if table.sha256 != sha256:
            raise InputError(
                f"{vectors}: the model of {run.path} was trained with other vectors, {name} "
                f"(SHA-256 {sha256[:12]}...); name that file, or train with this one"
            )
    if (run.path / TUNED).exists():
        table = _tuned(run, table)
    network = runtime.load(run.path / runs.MODEL)
    reader = Reader(table.vocabulary)
    return Classifier(network, table, labels, window, temperature, reader, none_weight)


def _tuned(run: runs.Run, table: VectorTable) -> VectorTable:
    """Put the vectors that training moved into the table."""
    moved = load_array(run.path / TUNED)
    with undamaged(run.path / TUNED):
        if moved.dtype.names:  # plain numbers in a run of before
            moved = moved["codes"] * moved["scale"][:, None]
        words = (run.path / VOCABULARY).read_text(encoding="utf-8").split()
        rows = np.array([table.vocabulary[word] for word in words])
        return table.with_rows(rows, moved)


def save(
    run: runs.Run, model: Classifier, words: Sequence[str], moved: np.ndarray | None = None
) -> None:
    """Write what decodes the network's outputs, and the words that it met in training.

    Args:
        run: The run folder.
        model: The classifier.
        words: Those of the training sentences that have a vector.
        moved: Where training moved their vectors to, (words, dimension); None: nowhere.
    """
    table = model.table
    write_text(run.path / VOCABULARY, "".join(f"{word}\n" for word in words))
    if moved is not None:
        from lstmkit.emoji.packing import packed

        codes, scale = packed(moved)
        rows = np.empty(len(moved), [("scale", np.float32), ("codes", np.int8, moved.shape[1])])
        rows["scale"], rows["codes"] = scale, codes
        with atomic(run.path / TUNED, "wb") as stream:
            np.save(stream, rows)
    content = {
        "labels": label_sets.to_json(model.labels),
        "window": model.window,
        "temperature": model.temperature,
        "none_weight": model.none_weight,
        "embeddings": {"name": table.name, "sha256": table.sha256, "dimension": table.dimension},
    }
    write_text(run.path / LABELS, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
