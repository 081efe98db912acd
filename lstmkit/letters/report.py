"""A `Result` into CSV, text, JSON and a picture."""

from lstmkit import plots
from lstmkit.files import write_json, write_text
from lstmkit.letters.result import Result
from lstmkit.result import write_history
from lstmkit.runs import METRICS


def write(result: Result) -> None:
    """Write history, texts and loss curves into the run folder; `metrics.json` comes last."""
    rows = [{**row, "written": row["written"][0]} for row in result.history]
    write_history(rows, result.run / "history.csv")
    write_text(result.run / "written.txt", "\n".join(result.written) + "\n")
    plots.loss_curves(
        result.history,
        result.run / "plots" / "loss.png",
        title="What it costs to guess the next character",
        unit="nats per character",
    )
    write_json(result.run / METRICS, result.metrics)
