"""Make the pictures of README.md anew, by the commands that stand beside them there.

python docs/make_pictures.py
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PICTURES = {
    "prices.png": (("stock", "train"), "prediction.png"),
    "solo-minor-blues.png": (("music", "generate", "--seed", "1"), "solo-01.png"),
    "gates.png": (("cells", "gates", "--text", "I am not happy"), "gates.png"),
}
"""File here: the command, and the picture in its run folder."""


def main() -> None:
    """Run each command in an empty folder, and copy its picture here."""
    for name, (command, pattern) in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "lstmkit", *command]
            subprocess.run(words, cwd=folder, check=True)  # noqa: S603
            (picture,) = Path(folder).rglob(pattern)
            shutil.copyfile(picture, HERE / name)


if __name__ == "__main__":
    main()
