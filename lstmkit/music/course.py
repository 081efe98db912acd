"""The tutorial's own data function, on the tutorial's own reading of its file."""

from pathlib import Path

import numpy as np

from lstmkit import config as configs
from lstmkit.music import data
from lstmkit.music.config import MusicConfig
from lstmkit.music.files.score import TimedChord


def load_music_utils(
    path: str | Path,
) -> tuple[np.ndarray, np.ndarray, int, dict[int, str], dict[int, tuple[TimedChord, ...]]]:
    """Load a file as the assignment does: 60 snippets of 30 values, drawn at random.

    Args:
        path: The tutorial's `original_metheny.mid`.

    Returns:
        X (60, 30, n_values), one-hot, the first input filled in. Y (30, 60, n_values), one-hot,
        time first, the last target filled in. The number of values, the value of each index
        (sorted, so the same in every process), and the chords of each bar.

    Raises:
        InputError: If the file cannot be used.
    """
    config = configs.load(MusicConfig, "music", Path("music-tutorial"))
    dataset = data.load([str(path)], config)
    values = dataset.songbook.values
    (inputs, targets), _ = data.cut(dataset, config)
    X = data.one_hot(inputs, len(values))  # (m, Tx, n_values)
    Y = data.one_hot(targets.T, len(values))  # (Tx, m, n_values)
    chords = {i: m.chords for i, m in enumerate(dataset.songbook.tunes[0].measures)}
    return X, Y, len(values), dict(enumerate(values)), chords
