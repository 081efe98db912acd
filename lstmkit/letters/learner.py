"""The character model as the loop asks for it: batches, Adam, what it writes on the way."""

import logging
import math
from collections.abc import Mapping

import numpy as np

from lstmkit.cells.optimizer import clip, initialize_adam, update_parameters_with_adam
from lstmkit.cells.types import Parameters
from lstmkit.errors import InputError
from lstmkit.letters import model
from lstmkit.letters.config import LettersConfig
from lstmkit.letters.data import Dataset, examples
from lstmkit.training.loop import Row

SHOWN = 4  # names that are written after each epoch

log = logging.getLogger(__name__)


class LettersLearner:
    """The character model with its texts: what learns in `lstmkit.training.loop`.

    Args:
        dataset: What to learn from.
        config: Size, batches and the rest.

    Attributes:
        parameters: The weights, changed in place.
        steps: Batches in an epoch.

    Raises:
        InputError: All examples are held out.
    """

    def __init__(self, dataset: Dataset, config: LettersConfig) -> None:
        """Draw the first weights, and what is held out."""
        self.dataset, self.config = dataset, config
        rng = np.random.default_rng(config.seed)
        split = config.data.split_seed
        order = (rng if split is None else np.random.default_rng(split)).permutation(
            len(dataset.texts)
        )
        held_out = math.ceil(len(order) * config.data.validation_fraction)
        if held_out >= len(order):
            raise InputError(
                f"{dataset.path}: nothing is left to learn from: {len(order)} examples, {held_out} "
                f"held out; use a longer file, or --set data.validation_fraction=0 "
                f"--set train.patience=null"
            )
        self.held_out = [dataset.texts[k] for k in order[:held_out]]
        self.texts = [dataset.texts[k] for k in order[held_out:]]
        self.steps = math.ceil(len(self.texts) / config.train.batch_size)
        self.parameters = model.build_model(config.model, len(dataset.vocabulary), rng)
        self.v, self.s = initialize_adam(self.parameters)
        self.best = _copy(self.parameters)
        self.counts = np.zeros(2)  # Adam's steps so far; the loss of this epoch, in nats

    def step(self, epoch: int, first: int, last: int) -> dict[str, float]:
        """Take the batches `first` to `last` of an epoch; its loss is in nats per character."""
        train = self.config.train
        order = np.random.default_rng([self.config.seed, epoch]).permutation(len(self.texts))
        if first == 0:
            self.counts[1] = 0
        for batch in range(first, last):
            place = batch * train.batch_size
            chosen = [self.texts[k] for k in order[place : place + train.batch_size]]
            x, y = examples(self.dataset.vocabulary, chosen)
            loss, gradients = model.loss_and_gradients(self.parameters, x, y)
            self.counts += (1, loss)
            clip(gradients, train.clip)
            update_parameters_with_adam(
                *(self.parameters, gradients, self.v, self.s),
                int(self.counts[0]),
                train.learning_rate,
            )
        return {"loss": self.counts[1] / sum(map(len, self.texts))}

    def score(self) -> dict[str, float | None]:
        """Return the loss of the held-out texts, in nats per character; None without any."""
        if not self.held_out:
            return {"loss": None}
        total, size = 0.0, self.config.train.batch_size
        for first in range(0, len(self.held_out), size):
            x, y = examples(self.dataset.vocabulary, self.held_out[first : first + size])
            total += model.loss(self.parameters, x, y)
        return {"loss": total / sum(map(len, self.held_out))}

    def remarks(self) -> Row:
        """Return what the model writes at this point."""
        config, unit = self.config, self.dataset.unit
        written = [
            model.write(
                self.parameters,
                self.dataset.vocabulary,
                np.random.default_rng([config.seed, k]),
                temperature=config.write.temperature,
                max_length=min(config.write.max_length, config.data.window),
                ends=unit == "line",
            )
            for k in range(SHOWN if unit == "line" else 1)
        ]
        return {"written": written}

    def keep(self) -> None:
        """Remember the weights as the best so far."""
        self.best = _copy(self.parameters)

    def take_best(self) -> None:
        """Go back to the weights that were kept."""
        self.parameters = _copy(self.best)

    def state(self) -> dict[str, np.ndarray]:
        """Return weights, Adam's averages and counts, and the best weights."""
        arrays = {
            f"{group}.{name}": array
            for group, members in self._groups().items()
            for name, array in members.items()
        }
        return {**arrays, "counts": self.counts}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up what `state` returned."""
        self.counts[...] = state["counts"]
        for group, members in self._groups().items():
            for name, array in members.items():
                array[...] = state[f"{group}.{name}"]

    def _groups(self) -> dict[str, Parameters]:
        return {"W": self.parameters, "v": self.v, "s": self.s, "best": self.best}


def show_progress(row: Row) -> None:
    """Show what the model writes, after epochs 1, 2, 4, 8 and so on."""
    epoch = row["epoch"]
    if epoch and epoch & (epoch - 1) == 0:
        losses = (f"{name} {row[name]:.3f}" for name in ("loss", "val_loss") if row[name])
        log.warning("epoch %d, %s nats: %s", epoch, ", ".join(losses), _quoted(row["written"]))


def _quoted(texts: list[str]) -> str:
    return ", ".join(map(repr, texts))


def _copy(parameters: Parameters) -> Parameters:
    return {name: weight.copy() for name, weight in parameters.items()}
