"""The files beside a stock model: bounded before they are read, and sound or refused."""

import io
import shutil
import zipfile

import numpy as np
import pytest
from conftest import ROOT

from lstmkit.arrays import load_arrays, save_arrays
from lstmkit.errors import InputError
from lstmkit.runs import Run
from lstmkit.stock import forecaster
from lstmkit.stock.fitting import familiar


@pytest.fixture
def run(tmp_path):
    shutil.copytree(ROOT / "tests" / "fuzz" / "corpus" / "runs" / "stock", tmp_path / "run")
    return Run(tmp_path / "run")


def test_context_that_claims_gigabytes_is_refused_before_memory_is_taken(run):
    stream = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (400_000_000,)}
    np.lib.format.write_array_header_1_0(stream, shape)
    with zipfile.ZipFile(run.path / "context.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("window.npy", stream.getvalue() + b"\0" * 3_000_000)
    with pytest.raises(InputError, match=r"context\.npz: damaged .*bytes of arrays"):
        forecaster.load_context(run)


CONTEXT = {
    "window": lambda a: np.full_like(a, np.nan),
    "prices": lambda a: np.append(a[1:], np.inf),
    "dates": lambda a: np.append(a[1:], np.datetime64("NaT")),
    "scale": lambda _: np.float64("nan"),
}


@pytest.mark.parametrize("name", CONTEXT)
def test_context_with_what_is_no_number_and_no_date_is_refused(run, name):
    arrays = load_arrays(run.path / "context.npz")
    save_arrays(run.path / "context.npz", {**arrays, name: CONTEXT[name](arrays[name])})
    with pytest.raises(InputError, match=r"context\.npz: damaged"):
        forecaster.load_context(run)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_a_forecast_that_is_no_number_is_refused(run):
    arrays = load_arrays(run.path / "context.npz")
    far = np.full_like(arrays["window"], 1e33)
    save_arrays(run.path / "context.npz", {**arrays, "window": far})
    with pytest.raises(InputError, match="the forecast is no number"):
        forecaster.load(run).look_ahead(forecaster.load_context(run), 3)


@pytest.mark.parametrize("name", ["dates", "prices", "train_rows"])
def test_rows_it_was_trained_on_fit_together_or_are_refused(run, name):
    arrays = load_arrays(run.path / "trained_on.npz")
    odd = {"dates": arrays["dates"][::-1], "prices": arrays["prices"][1:], "train_rows": 10**9}
    save_arrays(run.path / "trained_on.npz", {**arrays, name: odd[name]})
    with pytest.raises(InputError, match=r"trained_on\.npz: damaged"):
        familiar.load(run)
