"""What the report page of a letters run shows."""

from lstmkit.chart import loss
from lstmkit.page.blocks import Block, Chart, Table
from lstmkit.page.history import read_history
from lstmkit.runs import Run

MAX_LINES = 40


def blocks(run: Run) -> list[Block]:
    """Return the loss, and what the network wrote."""
    found: list[Block] = []
    history = read_history(run)
    if history:
        shows = loss(history, unit="nats a character")
        found.append(Chart("Loss", shows, "Epoch 0 is the untrained network."))
    written = run.path / "written.txt"
    if written.exists():
        lines = written.read_text(encoding="utf-8", errors="replace").splitlines()[:MAX_LINES]
        found.append(Table("What it writes", ["text"], [[line] for line in lines], texts=True))
    return found
