"""What all tests share: the reference data, the command line, tiny series, a browser."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from lstmkit.cli import main
from lstmkit.config import package_folder

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "lstmkit",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("lstmkit")


@pytest.fixture(scope="session")
def reference() -> Path:
    """The tutorial's published files, where they are at hand."""
    folder = Path(os.environ.get("LSTMKIT_REFERENCE_DATA", ROOT.parent / "shared"))
    if not (folder / "data" / "DIS.csv").exists():
        pytest.skip(f"no reference data in {folder} (LSTMKIT_REFERENCE_DATA)")
    return folder


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(capsys, tmp_path, monkeypatch) -> Callable[..., Outcome]:
    """Run lstmkit in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSTMKIT_DATA", str(tmp_path / "no-user-data"))

    def run(*args: str | Path) -> Outcome:
        with pytest.raises(SystemExit) as stop:
            main([str(arg) for arg in args])
        captured = capsys.readouterr()
        return Outcome(int(stop.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def process(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run lstmkit as a process of its own, in an empty folder."""

    def run(*args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lstmkit", *map(str, args)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def emoji_script(name: str) -> ModuleType:
    """Return a script that stands beside the emoji sentences, as a module."""
    path = package_folder("data") / "emoji" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{name}_sentences", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_prices(path: Path, prices: np.ndarray) -> Path:
    """Write a CSV `Date,Close` of daily prices from 2015 on."""
    days = np.datetime64("2015-01-01") + np.arange(len(prices))
    lines = [f"{day},{price:.6f}" for day, price in zip(days, prices, strict=True)]
    path.write_text("Date,Close\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def price_csv(tmp_path) -> Callable[..., Path]:
    """Write a CSV of daily prices into the test's folder."""
    return lambda prices, name="prices.csv": write_prices(tmp_path / name, prices)


@pytest.fixture(scope="session")
def walk() -> np.ndarray:
    """A random walk of 300 prices."""
    steps = np.random.default_rng(7).normal(0, 0.01, 300)
    return 100 * np.exp(np.cumsum(steps))


TINY = (
    *("--set", "data.window=10"),
    *("--set", "model.units=[4]"),
    *("--set", "train.epochs=3"),
    *("--set", "baselines.lags=3"),
    *("--set", "interval.horizons=4"),
)


@pytest.fixture
def tiny() -> tuple[str, ...]:
    """Options that make a stock training a matter of a second."""
    return TINY


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """Open a page; afterwards nothing may stand in its console or have left the machine."""
    complaints, contexts = [], []

    def open_page(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1000, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url)
                if not request.url.startswith(("file:", "data:", "blob:"))
                else None
            ),
        )
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn=yes]", state="attached", timeout=60_000)
        page.wait_for_timeout(300)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def until(page, expression):
    """Wait until a condition holds; playwright's own way of waiting is what the page forbids."""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")
