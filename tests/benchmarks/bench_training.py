"""Seconds per epoch: the models of the three pipelines."""

from dataclasses import replace

from compare import (
    BARE,
    KERAS,
    KERNEL,
    OTHERS,
    OURS,
    STEPS,
    UNITS,
    WINDOW,
    Options,
    agreement,
    compare,
    dataset_at_hand,
    stock_spec,
    told,
)
from measure import Report

SMALL = {
    "emoji": "Emojifier-v2 (the course's: no mask)",
    "emoji-masked": "Emojifier-v2 (lstmkit's: padding is masked)",
    "music": "djmodel (60 snippets of 30 values)",
}
#: What no change of ours around TensorFlow's kernel can go below.
FLOOR = (
    f"`{KERNEL.name}` runs TensorFlow's BlockLSTM and its gradient as often on as many numbers, "
    "without loss, output layer or optimizer: the floor."
)


def stock_epoch(report: Report, options: Options) -> None:
    """(1) Time an epoch of the tutorial's stock model."""
    dataset = dataset_at_hand()
    spec = stock_spec(options, dataset.prices[: dataset.train_rows])
    results = compare([KERAS, OURS, *OTHERS, STEPS], spec, options)
    note = (
        f"{dataset.train_rows - WINDOW:,} windows of {WINDOW} rows ({dataset.name}) through "
        f"LSTM({UNITS}), Dropout(0.1), Dense(1); batch 240, Adam, MSE. "
        + agreement([KERAS, OURS, *OTHERS], spec, options)
        + " `lstmkit, every step` is what `lstmkit stock train` does by default: as many answers "
        "an epoch, each after at least a full window, but no row is read 240 times."
    )
    report.add("stock_epoch", "Seconds per epoch: the tutorial's stock model", *told(results, note))


def overhead(report: Report, options: Options) -> None:
    """(1b) Time what an epoch costs beside its arithmetic."""
    dataset = dataset_at_hand()
    spec = stock_spec(options, dataset.prices[: dataset.train_rows])
    longer = replace(options, epochs=options.epochs if options.quick else 4 * options.epochs)
    results = compare([OURS, BARE, KERNEL], spec, longer)
    note = (
        f"`{BARE.name}` runs as many steps of the same size on one batch that is already there, "
        "with nothing around them. What lstmkit takes longer is shuffling, gathering batches, "
        f"metrics, progress and checkpoints. {FLOOR}"
    )
    report.add("overhead", "What an epoch costs beside its arithmetic", *told(results, note))


def small_epochs(report: Report, options: Options) -> None:
    """(2) Time an epoch of Emojifier-v2 and of djmodel."""
    for model, title in SMALL.items():
        spec = {
            "model": model,
            "batch": 32,
            "learning_rate": 0.01 if model == "music" else 0.001,
            "dropout": 0.0 if model == "music" else 0.5,
        }
        contenders = [KERAS, OURS]
        contenders += OTHERS if model != "emoji-masked" else []
        longer = replace(options, epochs=options.epochs if options.quick else 8 * options.epochs)
        results = compare([*contenders, BARE, KERNEL], spec, longer)
        note = f"{agreement(contenders, spec, options)} {FLOOR}"
        report.add(f"{model}_epoch", f"Seconds per epoch: {title}", *told(results, note))
