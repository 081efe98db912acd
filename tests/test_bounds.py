"""Files read to a bound, and whole or not at all."""

import io
import os
import threading

import pytest

from lstmkit import bounds
from lstmkit.errors import InputError
from lstmkit.letters import data as letters
from lstmkit.music.files import sources
from lstmkit.tables import source


@pytest.mark.parametrize(("most", "expected"), [(6, b"abcdef"), (5, None)])
def test_read_stops_at_its_bound(most, expected):
    assert bounds.read_at_most(io.BytesIO(b"abcdef"), most) == expected


READERS = {
    "table": source.read,
    "music": sources.read_bytes,
    "letters": letters._read,
}


@pytest.mark.parametrize("name", READERS)
def test_file_that_becomes_shorter_while_it_is_read_is_refused(tmp_path, monkeypatch, name):
    path = tmp_path / "x.mid"
    path.write_text("date,close\n2020-01-02,1\n" * 9)
    read = bounds.read_at_most

    def cut(stream, most):
        os.truncate(path, 100)
        return read(stream, most)

    monkeypatch.setattr(bounds, "read_at_most", cut)
    with pytest.raises(InputError, match=r"became shorter .*\(216 bytes, then 100\)"):
        READERS[name](path)


def test_pipe_has_no_size_to_fall_short_of(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(b"a" * 200_000,)).start()
    assert len(bounds.read_file(path, 1 << 20)) == 200_000
