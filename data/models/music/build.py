"""Train the music model that ships, on the music that ships, and put it here.

python data/models/music/build.py
"""

import shutil
import tempfile
from pathlib import Path

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.music import pipeline
from lstmkit.music.config import MusicConfig

HERE = Path(__file__).resolve().parent
KEPT = ("model.keras", "songbook.json", "config.yaml", "history.csv", "metrics.json", "run.json")


def build() -> None:
    """Train under the default config; nothing of this machine stays in the manifest."""
    config = configs.load(MusicConfig, "music", None)
    with tempfile.TemporaryDirectory() as folder:
        made = runs.Run(pipeline.train([], config, Path(folder)).run)
        inputs = [
            {**entry, "path": f"data/music/{Path(entry['path']).name}"}
            for entry in made.manifest["inputs"]
        ]
        made.update(inputs=inputs, command=["python", "data/models/music/build.py"])
        for name in KEPT:
            shutil.copyfile(made.path / name, HERE / name)


if __name__ == "__main__":
    build()
