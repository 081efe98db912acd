import errno
import hashlib
import http.server
import io
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from lstmkit import cli, system
from lstmkit.downloads import catalogue
from lstmkit.downloads.fetch import fetch, state
from lstmkit.downloads.public import PUBLIC
from lstmkit.downloads.remote import RemoteFile, Source
from lstmkit.emoji import embeddings
from lstmkit.errors import InputError, InterruptedRunError, RunError
from lstmkit.files import locate

BODY = b"2016-12-30,104.0,104.5,103.9,104.2,104.2,100\n" * 4000


VECTORS = "".join(f"word{n} {n}.5 -1 2\n" for n in range(2000)).encode()


def archive(member="glove.6B.100d.txt"):
    """Return a ZIP archive like Stanford's, with two members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as files:
        for name, content in ((member, VECTORS), ("glove.6B.50d.txt", b"a 1 2\n")):
            files.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


BODIES = {"/truncated": BODY[:100_000], "/changed": BODY[::-1]}
BODIES |= {"/zip": archive(), "/other.zip": archive("other.txt")}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path == "/by-range":
            self.send_from(int(self.headers.get("Range", "bytes=0-")[6:-1]))
            return
        self.send_response(200)
        if self.path == "/endless":
            self.end_headers()
            for _ in range(100):
                self.wfile.write(BODY)
            return
        if self.path == "/short-without-length":
            self.end_headers()
            self.wfile.write(BODY[:100_000])
            return
        body = BODIES.get(self.path, BODY)
        self.send_header("Content-Length", str(len(body if "zip" in self.path else BODY)))
        self.end_headers()
        self.wfile.write(body)

    def send_from(self, first):
        """Break off after half of the file."""
        stop = min(len(BODY), first + len(BODY) // 2 + 1)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{len(BODY) - 1}/{len(BODY)}")
        self.send_header("Content-Length", str(len(BODY) - first))
        self.end_headers()
        self.wfile.write(BODY[first:stop])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def source_at(server, path, name="dis"):
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    file = RemoteFile("DIS.csv", url, len(BODY), hashlib.sha256(BODY).hexdigest())
    return Source(name, "prices", "none", (file,), "lstmkit stock train DIS.csv")


def test_fetch_brings_the_file_once(server, tmp_path):
    folder = tmp_path / "new" / "data"
    source = source_at(server, "/good")
    assert fetch(source, folder) == [folder / "DIS.csv"]
    assert (folder / "DIS.csv").read_bytes() == BODY
    assert [p.name for p in folder.iterdir()] == ["DIS.csv"]
    fetch(source, folder)
    assert server.asked == ["/good"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing", "the server answered 404"),
        ("/changed", "another file: expected SHA-256"),
        ("/endless", "the server sends more"),
    ],
)
def test_fetch_that_fails_says_why_and_leaves_nothing(server, tmp_path, path, reason):
    folder = tmp_path / "data"
    with pytest.raises(RunError, match=reason) as caught:
        fetch(source_at(server, path), folder)
    assert "DIS.csv" in str(caught.value)
    assert "nothing of it was kept" in str(caught.value)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("path", "size"), [("/truncated", 1 << 16), ("/short-without-length", 100_000)]
)
def test_fetch_that_breaks_off_keeps_what_came_and_goes_on(server, tmp_path, path, size):
    with pytest.raises(RunError, match=f"{size:,} bytes are kept, and the same command goes on"):
        fetch(source_at(server, path), tmp_path)
    assert state(source_at(server, path).files[0], tmp_path) == "not fetched"
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [BODY[:size]]
    assert fetch(source_at(server, "/good"), tmp_path) == [tmp_path / "DIS.csv"]
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [BODY]


def test_fetch_asks_for_nothing_twice(server, tmp_path):
    source = source_at(server, "/by-range")
    for share in ("65,536", "131,072"):
        with pytest.raises(RunError, match=f"{share} bytes are kept"):
            fetch(source, tmp_path)
    assert fetch(source, tmp_path) == [tmp_path / "DIS.csv"]
    assert (tmp_path / "DIS.csv").read_bytes() == BODY
    assert server.asked == ["/by-range"] * 3


def test_part_of_another_file_is_fetched_anew(server, tmp_path):
    (tmp_path / f".DIS.csv.part-{system.host()}-{os.getpid()}").write_bytes(b"x" * 70_000)
    with pytest.raises(RunError, match="135,536 bytes are kept"):
        fetch(source_at(server, "/by-range"), tmp_path)
    fetch(source_at(server, "/good"), tmp_path)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [BODY]


def test_part_of_a_process_that_lives_is_left_to_it(server, tmp_path):
    theirs = tmp_path / f".DIS.csv.part-{system.host()}-{os.getppid()}"
    theirs.write_bytes(b"theirs")
    fetch(source_at(server, "/good"), tmp_path)
    assert theirs.read_bytes() == b"theirs"


def test_part_that_a_killed_process_left_is_gone_on_with(server, tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f".DIS.csv.part-{system.host()}-{ended.pid}"
    left.write_bytes(BODY[:130_000])
    assert fetch(source_at(server, "/by-range"), tmp_path) == [tmp_path / "DIS.csv"]
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [BODY]


def test_fetch_offline_says_so(server, tmp_path):
    source = source_at(server, "/good")
    server.shutdown()
    server.server_close()
    with pytest.raises(RunError, match="no connection; check the network"):
        fetch(source, tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_fetch_replaces_a_damaged_file_but_keeps_it_when_that_fails(server, tmp_path):
    (tmp_path / "DIS.csv").write_bytes(b"half")
    good = source_at(server, "/good")
    assert state(good.files[0], tmp_path) == "damaged"
    with pytest.raises(RunError):
        fetch(source_at(server, "/changed"), tmp_path)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"half"]
    fetch(good, tmp_path)
    assert state(good.files[0], tmp_path) == "here"


def test_fetch_into_a_folder_that_cannot_be_made_is_one_error(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="choose another folder with --data"):
        fetch(source_at(server, "/good"), tmp_path / "file" / "data")


def glove_at(server, path):
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    body = BODIES[path]
    sha256 = hashlib.sha256(body).hexdigest()
    file = RemoteFile("glove.6B.zip", url, len(body), sha256, member="glove.6B.100d.txt")
    return Source("glove", "vectors", "PDDL", (file,), "")


def test_archive_is_unpacked_beside_itself_once(server, tmp_path, monkeypatch):
    paths = fetch(glove_at(server, "/zip"), tmp_path)
    assert [path.name for path in paths] == ["glove.6B.zip", "glove.6B.100d.txt"]
    assert paths[1].read_bytes() == VECTORS
    assert len(list(tmp_path.iterdir())) == 2
    before = paths[1].stat().st_mtime_ns
    fetch(glove_at(server, "/zip"), tmp_path)
    assert paths[1].stat().st_mtime_ns == before
    paths[1].write_bytes(b"half")
    fetch(glove_at(server, "/zip"), tmp_path)
    assert paths[1].read_bytes() == VECTORS
    assert server.asked == ["/zip"]
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path))
    monkeypatch.setenv("LSTMKIT_CACHE", str(tmp_path / "cache"))
    table = embeddings.load(Path("glove.6B.100d.txt"))  # found in the user's data folder
    assert (len(table.vocabulary), table.dimension) == (2000, 3)


def test_archive_without_the_member_is_one_error(server, tmp_path):
    with pytest.raises(RunError, match=r"glove\.6B\.100d\.txt cannot be unpacked"):
        fetch(glove_at(server, "/other.zip"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["glove.6B.zip"]


@pytest.mark.parametrize("path", ["/good", "/zip"])
def test_full_disk_is_one_error_and_leaves_nothing(server, tmp_path, monkeypatch, path):
    source = source_at(server, path) if path == "/good" else glove_at(server, path)
    if path == "/zip":
        fetch(source, tmp_path)
        (tmp_path / "glove.6B.100d.txt").unlink()
    present = sorted(tmp_path.iterdir())

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lstmkit.downloads.fetch.Progress.update", full)
    with pytest.raises(RunError, match="cannot write: No space left on device; free space"):
        fetch(source, tmp_path)
    assert sorted(tmp_path.iterdir()) == present


def test_interrupted_fetch_keeps_what_came(server, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("lstmkit.downloads.fetch.Progress.update", stop)
        with pytest.raises(InterruptedRunError, match="65,536 bytes are kept"):
            fetch(source_at(server, "/good"), tmp_path)
    fetch(source_at(server, "/good"), tmp_path)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [BODY]


def test_data_fetch_puts_the_file_where_locate_looks(server, tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "CATALOGUE", (source_at(server, "/good"),))
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path / "chosen"))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    listed = runner.invoke(cli.root, ["data", "list", "--json"])
    assert json.loads(listed.stdout)["state"] == "not fetched"
    fetched = runner.invoke(cli.root, ["data", "fetch", "dis", "--json"])
    assert fetched.exit_code == 0, fetched.output
    path = tmp_path / "chosen" / "DIS.csv"
    assert json.loads(fetched.stdout) == {"name": "dis", "files": [str(path)]}
    assert locate(Path("DIS.csv"), remedy="") == path
    listed = runner.invoke(cli.root, ["data", "list", "--json"])
    assert json.loads(listed.stdout)["state"] == "here"


@pytest.mark.parametrize("where", ["root", "command"])
def test_data_option_chooses_the_folder(server, tmp_path, monkeypatch, where):
    monkeypatch.setattr(catalogue, "CATALOGUE", (source_at(server, "/good"),))
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path / "other"))
    option = ["--data", str(tmp_path / "mine")]
    command = ["data", "fetch", "dis"]
    args = [*option, *command] if where == "root" else [*command, *option]
    result = CliRunner().invoke(cli.root, args)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "mine" / "DIS.csv").exists()
    assert not (tmp_path / "other").exists()


def test_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="expected dis, metheny, emoji, public, glove or all"):
        catalogue.chosen(["disney"])


def test_catalogue_agrees_with_the_reference_files(reference):
    known = [f for s in catalogue.CATALOGUE for f in s.files if s.name not in ("glove", "public")]
    for file in known:
        content = (reference / "data" / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_public_sets_are_asked_for_by_commit_and_known_by_their_sums():
    assert len({file.name for file in PUBLIC.files}) == len(PUBLIC.files)
    for file in PUBLIC.files:
        assert re.fullmatch(r"https://\S+/[0-9a-f]{40}/\S+", file.url)
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert 0 < file.size < 4_000_000
    assert PUBLIC not in catalogue.chosen(catalogue.SMALL)


def test_all_is_everything_and_no_name_is_only_what_is_small():
    assert [s.name for s in catalogue.chosen(["all"])] == list(catalogue.NAMES)
    assert sum(f.size for s in catalogue.chosen(catalogue.SMALL) for f in s.files) < 1_000_000
