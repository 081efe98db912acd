"""Train the stock model that ships, on public daily prices, and put it here.

pip install skfolio && python data/models/stock/build.py

The prices are those of the package `skfolio` (BSD 3-Clause): 20 US stocks, adjusted closes of
1990-2022. Of these 15 are learned from, until the end of May 2002; the other five, and all later
days, are kept to judge it by. Some minutes on two cores.

Three small networks are trained, and their mean is kept: side by side in one LSTM layer, where none
sees another's memory, with one Dense layer that averages what they say: a plain Keras file.
"""

import logging
import shutil
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf
from skfolio.datasets import load_sp500_dataset

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.result import write_history
from lstmkit.stock.config import ModelConfig, StockConfig
from lstmkit.stock.fitting import start
from lstmkit.stock.fitting.anchor import Anchor
from lstmkit.stock.fitting.examples import WindowExamples
from lstmkit.stock.fitting.inputs import OWN
from lstmkit.stock.fitting.network import View, view_of
from lstmkit.stock.fitting.scaling import Scaling
from lstmkit.stock.fitting.start import START
from lstmkit.stock.model import OF_MANY, build_model, student_t
from lstmkit.training import keras_learner

HERE = Path(__file__).resolve().parent
UNTIL = np.datetime64("2002-05-31")
TEACHERS = (
    *("AAPL", "AMD", "BBY", "CVX", "HD", "JPM", "KO", "LLY", "MRK", "PEP", "PFE", "PG", "RRC"),
    *("UNH", "WMT"),
)
UNITS = (8, 8, 9)
TARGETS, BATCH, HELD_OUT = 120, 8, 0.2
SETTINGS = ("train.epochs=100", "train.patience=15")

log = logging.getLogger(__name__)


def pooled_scaling(prices: list[np.ndarray], decay: float) -> Scaling:
    """Return center and scale of the inputs of all series together."""
    unit = Scaling("log_return", (0.0,) * OWN, (1.0,) * OWN, decay, ranges=False)
    inputs = [np.array([*unit.track(one, None, Anchor())[1]])[:, 1:] for one in prices]
    raw = np.concatenate(inputs, axis=1)
    return Scaling(
        "log_return", tuple(raw.mean(axis=1)), tuple(raw.std(axis=1)), decay, ranges=False
    )


def stretches(views: list[View], window: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the rows to learn from and those held out, of the series below each other."""
    learned, held_out, first = [], [], 0
    for view in views:
        rows = len(view.values)
        kept = int((1 - HELD_OUT) * rows)
        learned.append(first + np.arange(window, kept))
        held_out.append(first + np.arange(kept, rows))
        first += rows
    return learned, held_out


def build() -> None:
    """Train the networks, each from a seed of its own, and keep their mean."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config = configs.load(StockConfig, "stock", None, list(SETTINGS))
    table = load_sp500_dataset()
    table = table[table.index <= UNTIL]
    prices = [table[name].dropna().to_numpy()[:, None] for name in TEACHERS]
    scaling = pooled_scaling(prices, config.interval.decay)
    views = [view_of(one, None, scaling, Anchor()) for one in prices]
    with tempfile.TemporaryDirectory() as folder:
        parts, rows = [], []
        for seed, units in enumerate(UNITS):
            small = config.model_copy(update={"model": ModelConfig(units=[units], dropout=0.1)})
            run = runs.create(Path(folder), "stock", f"seed-{seed}", small, inputs=[])
            weights, history = train(views, small, run, seed)
            loss = min(row["val_loss"] for row in history)
            log.info("seed %d: held-out loss %.5f after %d epochs", seed, loss, len(history) - 1)
            parts.append(weights)
            rows += [{"network": seed, **row} for row in history]
        run = runs.create(Path(folder), "stock", "15-stocks", config, inputs=[])
        model = build_model(config.model, window=config.data.window, columns=OWN, with_scale=True)
        model.set_weights(side_by_side(parts))
        keras_learner.save_model(model, run.path / runs.MODEL)
        keep(run, rows, scaling, config)


def train(
    views: list[View], config: StockConfig, run: runs.Run, seed: int
) -> tuple[list[np.ndarray], list[dict]]:
    """Train one network; return its weights, those of the mean zero, and its history."""
    window = config.data.window
    keras_learner.seed_everything(seed)
    model = build_model(config.model, window=window, columns=OWN, targets=TARGETS, with_scale=True)
    loss = partial(student_t, degrees=OF_MANY)
    model.compile(keras_learner.optimizer(config.train), loss, jit_compile=False)
    keras_learner.accelerate(model, config.train)
    features = tf.constant(np.concatenate([view.features for view in views]))
    answers = tf.constant(np.concatenate([view.answers for view in views]))
    examples = partial(WindowExamples, features, answers, window=window, targets=TARGETS)
    history = keras_learner.fit(
        model,
        *map(examples, stretches(views, window)),
        batch_size=BATCH,
        config=config.train,
        seed=seed,
        run=run,
    )
    *lstm, kernel, level = model.get_weights()
    kernel[:, 0] = level[0] = 0.0  # of the mean nothing is to be learned from other stocks
    return [*lstm, kernel, level], history


def side_by_side(parts: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Return the weights of one network that answers the mean of several.

    Args:
        parts: Of each: LSTM kernel (inputs, 4 units), recurrent kernel (units, 4 units), bias
            (4 units,), Dense kernel (units + inputs, 2), bias (2,); the four are the gates.
    """
    edges = np.cumsum([0, *(len(part[1]) for part in parts)])
    units = edges[-1]
    kernel, recurrent = np.zeros((OWN, 4, units)), np.zeros((units, 4, units))
    bias, dense = np.zeros((4, units)), np.zeros((units + OWN, 2))
    for part, first, last in zip(parts, edges[:-1], edges[1:], strict=True):
        own, count = slice(first, last), last - first
        kernel[:, :, own] = part[0].reshape(OWN, 4, count)
        recurrent[own, :, own] = part[1].reshape(count, 4, count)
        bias[:, own] = part[2].reshape(4, count)
        dense[own] = part[3][:count] / len(parts)
        dense[units:] += part[3][count:] / len(parts)
    level = np.mean([part[4] for part in parts], axis=0)
    return [
        kernel.reshape(OWN, 4 * units),
        recurrent.reshape(units, 4 * units),
        bias.reshape(4 * units),
        dense,
        level,
    ]


def keep(run: runs.Run, history: list[dict], scaling: Scaling, config: StockConfig) -> None:
    """Put a trained network here; nothing of this machine stays in the manifest."""
    window = config.data.window
    start.keep(run, window=window, trained_on=TEACHERS, until=UNTIL, scaling=scaling)
    write_history(history, run.path / "history.csv")
    run.update(status="done", command=["python", "data/models/stock/build.py"])
    for name in (runs.MODEL, START, "config.yaml", "history.csv", "run.json"):
        shutil.copyfile(run.path / name, HERE / name)


if __name__ == "__main__":
    build()
