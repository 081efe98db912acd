"""The shared cases: files of the kinds people have, held against what is right for each."""

import contextlib
import importlib.util
import io
import subprocess
from dataclasses import asdict

import pytest

from lstmkit import config as configs
from lstmkit.cli import main
from lstmkit.stock import data
from lstmkit.stock.calendar.ahead import Calendar
from lstmkit.stock.config import StockConfig


@pytest.fixture(scope="module")
def checker(reference):
    """The check script of the cases, its calls of the program made in this process."""
    path = reference / "cases" / "check_stock.py"
    if not path.exists():
        pytest.skip(f"no cases in {reference}")
    spec = importlib.util.spec_from_file_location("check_stock", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.lstmkit = in_process
    module.cases = reference / "cases" / "stock"
    return module


def in_process(*words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(words))
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def next_dates(path, case):
    """Return the dates that a forecast would have, through the form a run keeps them in."""
    options = [word for word in case.get("options", []) if word != "--set"]
    settings = configs.load(StockConfig, "stock", None, options)
    dataset = data.load(path, settings.data)
    kept = Calendar.from_json(
        {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(dataset.calendar).items()}
    )
    count = max(len(case["next"]), case.get("forecast_rows", 0))
    return [str(date) for date in kept.after(dataset.dates[-1], count)]


def faults_of(checker, name, case):
    path = checker.cases / name
    faults = checker.check(path, case, forecast=False)
    dates = next_dates(path, case) if "next" in case else []
    faults += [
        d
        for d, want in zip(dates, case.get("next", []), strict=False)
        if not checker.begins(d, want)
    ]
    for key, wanted in (("next_has", True), ("next_lacks", False)):
        for day in case.get(key, []):
            if any(date.startswith(day) for date in dates) != wanted:
                faults.append(f"{key}: {day}")
    return faults


def test_every_case_is_read_right(checker):
    cases = checker.load(checker.cases / "expected.yaml")
    found = {
        name: faults
        for name, case in cases.items()
        if "commands" not in case and (faults := faults_of(checker, name, case))
    }
    assert len(cases) == 52
    assert found == {}
