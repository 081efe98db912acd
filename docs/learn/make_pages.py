"""Run the commands of the pages here, and put what they print and draw beneath them.

    python docs/learn/make_pages.py [PAGE ...]

A page is Markdown. After a block `sh`, the block `text` holds what its commands print; a comment
`<!-- keep FILE=NAME -->` before it keeps a picture that they draw, as `pictures/NAME`. Each page
runs in an empty folder of its own. The comments `<!-- python` are what
`docs/notebooks/make_notebooks.py` puts in the place of the commands.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BLOCK = re.compile(
    r"^(?:<!-- keep (?P<kept>[^\n]*) -->\n)?```sh\n(?P<commands>.*?)^```\n\n?"
    r"(?:^```text\n(?P<shown>.*?)^```\n)?",
    flags=re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """Commands of a page, and what stands beneath them.

    Attributes:
        commands: One a line.
        kept: Picture that a command draws: its name here.
        shown: What is shown.
    """

    commands: tuple[str, ...]
    kept: dict[str, str]
    shown: str


def pages() -> list[Path]:
    """Return the pages in their order."""
    return sorted(HERE.glob("[0-9]*.md"))


def blocks(text: str) -> Iterator[Block]:
    """Yield the commands of a page."""
    for found in BLOCK.finditer(text):
        yield _block(found)


def _block(found: re.Match[str]) -> Block:
    kept = dict(pair.split("=") for pair in (found["kept"] or "").split())
    return Block(tuple(found["commands"].splitlines()), kept, found["shown"] or "")


def run(block: Block, folder: Path, pictures: Path | None = None) -> str:
    """Run the commands of a block.

    Args:
        block: Which.
        folder: Where.
        pictures: Where its pictures go; None: nowhere.

    Returns:
        What they print on stdout, as it is shown.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LSTMKIT_DATA": str(folder / "none")}
    printed = ""
    for command in block.commands:
        words = shlex.split(command.partition("  #")[0])
        words = [sys.executable, "-m", *words]
        done = subprocess.run(  # noqa: S603 - the commands of our own pages
            words, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1) or "Error" in done.stderr:
            raise RuntimeError(f"{command}: {done.stderr}")
        printed += done.stdout
    for path, name in block.kept.items():
        (drawn,) = folder.rglob(path)
        if pictures is not None:
            shutil.copyfile(drawn, pictures / name)
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def filled(path: Path) -> str:
    """Return a page with everything renewed."""
    with tempfile.TemporaryDirectory() as name:

        def renew(found: re.Match[str]) -> str:
            block = _block(found)
            printed = run(block, Path(name), HERE / "pictures")
            commands = "".join(f"{line}\n" for line in block.commands)
            kept = f"<!-- keep {found['kept']} -->\n" if found["kept"] else ""
            end = "" if found.string[found.end() :].startswith("\n") else "\n"
            return f"{kept}```sh\n{commands}```\n\n```text\n{printed}```\n{end}"

        return BLOCK.sub(renew, path.read_text(encoding="utf-8"))


def main() -> None:
    """Renew the pages that are named, or all."""
    (HERE / "pictures").mkdir(exist_ok=True)
    chosen = [page for page in pages() if not sys.argv[1:] or page.name in sys.argv[1:]]
    for page in chosen:
        page.write_text(filled(page), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
