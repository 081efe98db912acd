"""A `Result` into CSV, text, JSON and a picture."""

from lstmkit import plots
from lstmkit.chart import loss
from lstmkit.files import write_json, write_text
from lstmkit.letters.result import Result
from lstmkit.result import write_history
from lstmkit.runs import METRICS


def write(result: Result) -> None:
    """Write history, texts and loss curves into the run folder; `metrics.json` comes last."""
    rows = [{**row, "written": row["written"][0]} for row in result.epochs]
    write_history(rows, result.run / "history.csv")
    write_text(result.run / "written.txt", "\n".join(result.written) + "\n")
    plots.draw(
        result.run / "plots" / "loss.png",
        loss(result.epochs, unit="nats a character"),
        title="What it costs to guess the next character",
        size=(8, 4),
    )
    write_json(result.run / METRICS, result.metrics)
