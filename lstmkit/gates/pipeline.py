"""The story of the gates: look into a trained LSTM."""

from pathlib import Path

from lstmkit import runs, runtime
from lstmkit.errors import InputError
from lstmkit.gates import report
from lstmkit.gates.inputs import gate_input
from lstmkit.gates.result import Result, summarize
from lstmkit.work import work


def look(
    run: Path | None, output: Path, *, sentence: str | None = None, layer: str | None = None
) -> Result:
    """Record the inside of a trained LSTM over one of its own inputs.

    Args:
        run: The run of a Keras model, of any pipeline; None: the newest, else one that ships; for
            a sentence, one that reads sentences.
        output: The folder that holds all runs.
        sentence: What an emoji model should read.
        layer: Name of the LSTM; None: the first.

    Raises:
        InputError: There is no such run or layer, or the model does not read sentences.
    """
    reads = "emoji" if run is None and sentence is not None else None
    source = runs.find(output, run, reads)
    shown = gate_input(source, sentence)
    inside = runtime.load(source.path / runs.MODEL).gates(shown.x)
    lstms = [name for name, values in inside.items() if "f" in values]
    if not lstms or (layer is not None and layer not in lstms):
        raise InputError(
            f"{source.path}: no LSTM called {layer!r}; this model has {', '.join(lstms) or 'none'}"
        )
    name = layer or lstms[0]
    made = runs.create(output, "gates", source.name, None, verb="gates", model=str(source.path))
    with work(made):
        recorded = {key: values[0] for key, values in inside[name].items()}  # (time, units)
        result = summarize(made.path, source.path, name, shown, recorded)
        report.write(result)
    return result
