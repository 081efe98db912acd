"""The shared fit: resume equals no interruption, best weights, divergence; kills at any moment."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from conftest import write_prices

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.errors import InputError, InterruptedRunError, RunError
from lstmkit.files import write_json
from lstmkit.stock.config import StockConfig
from lstmkit.training import keras_learner, loop, tracking

ROOT = Path(__file__).resolve().parent.parent


def settings(**changes):
    base = {"epochs": 4, "batch_size": 8, "checkpoint_seconds": 0.0, "patience": 3} | changes
    overrides = [f"train.{key}={'null' if v is None else v}" for key, v in base.items()]
    return configs.load(StockConfig, "stock", None, overrides)


def make_model(rate=0.01):
    keras_learner.seed_everything(1)
    inputs = keras.Input((5, 2))
    x = keras.layers.LSTM(3)(inputs)
    x = keras.layers.Dropout(0.3)(x)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"], jit_compile=False)
    return model


def examples(count=50, seed=0):
    drawn = np.random.default_rng(seed)
    x = drawn.normal(size=(count, 5, 2)).astype(np.float32)
    return keras_learner.ArrayExamples(x, x[:, -1, :1] * 0.5)


def fit(run, config, model=None, validation=True):
    model = model or make_model()
    history = keras_learner.fit(
        model,
        examples(),
        examples(20, 9) if validation else None,
        batch_size=config.train.batch_size,
        config=config.train,
        seed=config.seed,
        run=run,
    )
    return model, history


@pytest.fixture
def run(tmp_path):
    count = iter(range(99))
    return lambda: runs.create(tmp_path, "stock", f"r{next(count)}", settings())


class StopAfter:
    """Ask the loop to stop once it has looked `calls` times."""

    def __init__(self, calls):
        self.calls = calls

    def __call__(self):
        self.calls -= 1
        return self.calls < 0


@pytest.mark.parametrize(("calls", "most"), [(0, 99), (1, 99), (3, 99), (9, 99), (17, 99), (5, 3)])
def test_resumed_run_ends_like_an_uninterrupted_one(run, monkeypatch, calls, most):
    monkeypatch.setattr(configs, "MOST_STEPS", most)
    monkeypatch.setattr(loop, "SECONDS_PER_CALL", 0.0)  # one step per call: stop anywhere
    whole, history = fit(run(), settings())
    stopped = run()
    to_end = loop.Loop.run_to_end
    monkeypatch.setattr(
        loop.Loop,
        "run_to_end",
        lambda self, _stopped, *rest: to_end(self, StopAfter(calls), *rest),
    )
    with pytest.raises(InterruptedRunError, match="nothing is lost"):
        fit(stopped, settings())
    monkeypatch.setattr(loop.Loop, "run_to_end", to_end)
    resumed, again = fit(stopped, settings())
    assert again == history
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_fit_agrees_with_keras_fit_in_order(run):
    """Same batches in the same order: the loop is Keras's own mathematics."""
    config = settings(epochs=2, patience=None, validation_fraction=0.0)
    ours, history = fit(run(), config, validation=False)
    plain = make_model()
    data = examples()
    for epoch in range(2):
        order = np.random.default_rng([config.seed, epoch]).permutation(50)
        for start in range(0, 50, 8):
            x, y = data.gather(data.tensors, order[start : start + 8])
            plain.train_on_batch(x, y)
    for one, other in zip(ours.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert [row["epoch"] for row in history] == [1, 2]


def orders(monkeypatch, most, epochs):
    """The examples that each epoch of 50, in batches of 8, takes, with so many steps at most."""
    monkeypatch.setattr(configs, "MOST_STEPS", most)
    learner = keras_learner.KerasLearner(make_model(), examples(), None, batch_size=8, seed=3)
    return learner, [learner._shuffled(epoch) for epoch in range(epochs)]


def test_an_epoch_of_many_examples_is_a_part_of_a_pass_over_them(monkeypatch):
    learner, parts = orders(monkeypatch, 3, 6)  # 50 examples, 24 at most: three epochs a pass
    assert (learner.parts, learner.steps) == (3, 3)
    assert all(len(part) == learner.steps * 8 for part in parts)
    for turn in (parts[:3], parts[3:]):
        assert set(np.concatenate(turn)) == set(range(50))
    assert not np.array_equal(parts[0], parts[3])


def test_an_epoch_of_few_examples_is_a_whole_pass(monkeypatch):
    learner, (first,) = orders(monkeypatch, 7, 1)
    assert (learner.parts, learner.steps) == (1, 7)
    np.testing.assert_array_equal(np.sort(first), np.arange(50))


def test_best_weights_are_restored_and_patience_ends_it(run):
    config = settings(epochs=200, patience=2, learning_rate=0.01)
    model, history = fit(run(), config, make_model(rate=0.3))
    losses = [row["val_loss"] for row in history]
    best = int(np.argmin(losses))
    assert len(history) == best + 3
    data = examples(20, 9)
    x, y = data.gather(data.tensors, np.arange(20))
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(losses[best], rel=1e-5)


def test_untrained_model_is_epoch_0_and_may_be_the_best(run):
    model = make_model(rate=5.0)
    start = model.get_weights()
    model, history = fit(run(), settings(epochs=3, patience=3), model)
    assert history[0]["epoch"] == 0
    assert history[0]["loss"] is None
    if min(row["val_loss"] for row in history) == history[0]["val_loss"]:
        for one, other in zip(start, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    else:
        pytest.fail("a learning rate of 5 should not have helped")


def test_divergence_is_one_clear_error(run):
    data = keras_learner.ArrayExamples(np.full((20, 5, 2), np.nan, np.float32), np.ones((20, 1)))
    config = settings(epochs=3, patience=None)
    with pytest.raises(RunError, match=r"loss is nan in epoch 1.*learning_rate"):
        keras_learner.fit(
            make_model(),
            data,
            None,
            batch_size=8,
            config=config.train,
            seed=0,
            run=run(),
        )


def test_damaged_checkpoint_is_one_clear_error(run):
    made = run()
    (made.path / loop.CHECKPOINT).write_bytes(b"not an archive")
    with pytest.raises(InputError, match=r"checkpoint.npz: damaged"):
        fit(made, settings())


def test_tensorboard_is_told_of_epochs_and_final_metrics(run):
    made = run()
    fit(made, settings(epochs=1, tracker="tensorboard"))
    write_json(made.path / "metrics.json", {"verdict": "good", "test": {"rmse": 0.5}})
    tracking.finish(made)
    files = sorted((made.path / "tensorboard").glob("events*"))
    assert b"final.test.rmse" in b"".join(path.read_bytes() for path in files)
    assert b"val_loss" in files[0].read_bytes()


@pytest.mark.parametrize("tracker", ["tensorboard", "mlflow"])
def test_a_tracker_that_is_missing_is_one_clear_error(run, monkeypatch, tracker):
    monkeypatch.setattr(tracking, "find_spec", lambda _name: None)
    with pytest.raises(InputError, match=rf'pip install "lstmkit\[{tracker}\]"'):
        fit(run(), settings(epochs=1, tracker=tracker))


class Recorder:
    """What MLflow's client is asked to do."""

    def __init__(self):
        self.metrics, self.ended, self.made = [], [], []

    def get_experiment_by_name(self, _name):
        return None

    def create_experiment(self, name):
        self.made.append(name)
        return "7"

    def create_run(self, _experiment, run_name):
        self.made.append(run_name)
        return SimpleNamespace(info=SimpleNamespace(run_id="abc"))

    def log_metric(self, run_id, name, value, step):
        self.metrics.append((run_id, name, value, step))

    def set_terminated(self, run_id):
        self.ended.append(run_id)


def test_mlflow_is_told_of_epochs_and_final_metrics_in_one_run(run, monkeypatch):
    recorder, made = Recorder(), run()
    monkeypatch.setattr(tracking, "find_spec", lambda _name: True)
    monkeypatch.setattr(tracking, "_client", lambda: recorder)
    fit(made, settings(epochs=1, tracker="mlflow"))
    write_json(made.path / "metrics.json", {"verdict": "good", "test": {"rmse": 0.5}})
    tracking.finish(made)
    assert len(recorder.made) == 2
    assert recorder.made[0].startswith("lstmkit/")
    assert {(name, step) for _, name, _, step in recorder.metrics} >= {("loss", 1), ("val_loss", 0)}
    assert recorder.metrics[-1] == ("abc", "final.test.rmse", 0.5, 0)
    assert recorder.ended == ["abc"]


def start_training(folder, price_file):
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "lstmkit", "stock", "train", str(price_file), "--json"),
            *("--set", "data.window=10", "--set", "model.units=[4]", "--set", "baselines.lags=3"),
            *("--set", "train.epochs=150", "--set", "train.patience=null"),
            *("--set", "train.checkpoint_seconds=0"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(pattern, folder, worker):
    for _ in range(1200):
        found = list(folder.glob(pattern))
        if found:
            return found[0]
        if worker.poll() is not None:
            pytest.fail(worker.communicate()[1])
        time.sleep(0.05)
    return pytest.fail(f"no {pattern} within a minute")


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, walk):
    folder = tmp_path_factory.mktemp("uninterrupted")
    worker = start_training(folder, write_prices(folder / "prices.csv", walk))
    _, err = worker.communicate(timeout=300)
    assert worker.returncode == 0, err
    return next((folder / "outputs" / "stock").iterdir())


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_killed_training_leaves_nothing_half_written_and_resumes(
    tmp_path, walk, uninterrupted, name
):
    prices = write_prices(tmp_path / "prices.csv", walk)
    worker = start_training(tmp_path, prices)
    wait_for(f"outputs/stock/*/{loop.CHECKPOINT}", tmp_path, worker)
    worker.send_signal(getattr(signal, name))
    _, err = worker.communicate(timeout=120)
    run = next((tmp_path / "outputs" / "stock").iterdir())
    assert {path.name for path in run.iterdir() if path.name[0] != "."} == {
        *("config.yaml", "run.json", loop.CHECKPOINT)
    }
    with np.load(run / loop.CHECKPOINT) as archive:
        assert "place" in archive
    if name == "SIGKILL":
        assert worker.returncode == -signal.SIGKILL
    else:
        assert worker.returncode == 130
        assert f"lstmkit stock train --resume outputs/stock/{run.name}" in err
        assert "Traceback" not in err
    resumed = subprocess.run(
        [sys.executable, "-m", "lstmkit", "stock", "train", "--resume", str(run), "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert resumed.returncode == 0, resumed.stderr
    for file in ("predictions.csv", "history.csv"):
        assert (run / file).read_bytes() == (uninterrupted / file).read_bytes()
