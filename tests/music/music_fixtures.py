"""Fixtures that the music tests share; a test module takes them in as a plugin."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from lstmkit.music.files.midi import writer
from lstmkit.music.files.score import Note


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch) -> None:
    """Keep the user's cache of parsed files out of the tests."""
    monkeypatch.setenv("LSTMKIT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def write_midi(tmp_path) -> Callable[..., Path]:
    """Write tracks of (name, program, channel, notes) as a MIDI file."""

    def write(
        name: str,
        *tracks: tuple[str, int, int, list[Note]],
        metre: int = 4,
        markers: list[tuple[Fraction, str]] | None = None,
    ) -> Path:
        parts = [writer.Track(title, program, notes, ch) for title, program, ch, notes in tracks]
        end = max(note.end for part in parts for note in part.notes)
        content = writer.write(
            parts, tempo=120, metre=Fraction(metre), end=end, markers=markers or []
        )
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write
