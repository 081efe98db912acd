"""Read what a run wrote as CSV."""

import csv

from lstmkit.errors import InputError
from lstmkit.runs import Run

COLUMNS = ("epoch", "loss", "val_loss")
MAX_EPOCHS = 1_000_000


def read_history(run: Run) -> list[dict[str, float | None]]:
    """Return epoch and losses of `history.csv`, or no rows where nothing was trained.

    Raises:
        InputError: The file is damaged.
    """
    path = run.path / "history.csv"
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [
                {name: float(row[name]) if row.get(name) else None for name in COLUMNS}
                for _, row in zip(range(MAX_EPOCHS), csv.DictReader(stream), strict=False)
            ]
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{path}: damaged ({error}); train again") from error
    return [row for row in rows if row.get("epoch") is not None]
