"""The pages in a real browser: nothing but the file, no console error, charts that zoom."""

import csv
import shutil

import numpy as np
import pytest
from conftest import CHROMIUM

from lstmkit import files, runs
from lstmkit.config import load, package_folder
from lstmkit.emoji.config import EmojiConfig
from lstmkit.page import build
from lstmkit.stock.config import StockConfig
from lstmkit.stock.panel import scores

EVIL = "<script>window.hacked = 1</script><img src=x onerror=window.hacked=1>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")


def row_of_series(number):
    """Return a row of scores as `stock train` has it for one of many series, with an evil name."""
    relative = {"constant": 0.9, "ewma": 1 + (number * 37 % 100 - 50) / 1000}
    return {
        "series": f"{EVIL}{number}",
        "n": 1000 + number,
        "rmse": 1.0,
        "naive_rmse": 1.0,
        "skill": 0.0,
        "dm_p_value": None,
        "coverage": 0.9,
        "interval_score": 3.0,
        "best_baseline": "naive",
        "best_baseline_rmse": 1.0,
        "relative": relative,
        "interval_p_value": 0.5,
    }


@pytest.fixture
def panel_page(tmp_path):
    """The page of 500 series."""
    run = runs.create(tmp_path / "outputs", "stock", "many", load(StockConfig, "stock", None))
    rows = [row_of_series(number) for number in range(500)]
    header = "series,date,actual,predicted,naive,lower,upper"
    lines = [f'"{EVIL}{n}",2020-01-0{d},1,1,1,0,2' for n in (0, 250, 499) for d in (1, 2)]
    files.write_text(run.path / "predictions.csv", "\n".join([header, *lines]) + "\n")
    files.write_json(run.path / "metrics.json", scores.judge(rows, coverage=0.9))
    run.update(status="done")
    return build.write(run)


def test_a_table_of_many_series_sorts_by_any_head(panel_page, opened):
    page = opened(panel_page)
    cells = (
        "Array.from(document.querySelectorAll('.sortable tbody tr'), r => r.cells[{}].innerText)"
    )
    heads = page.locator(".sortable th button")
    for column, numbers in ((10, float), (1, lambda text: int(text.replace(",", "")))):
        before = [numbers(text) for text in page.evaluate(cells.format(column))]
        heads.nth(column).click()
        up = [numbers(text) for text in page.evaluate(cells.format(column))]
        heads.nth(column).click()
        down = [numbers(text) for text in page.evaluate(cells.format(column))]
        assert up == sorted(before)
        assert down == sorted(before, reverse=True)
        assert heads.nth(column).locator("..").get_attribute("aria-sort") == "descending"
    assert page.evaluate("window.hacked") is None


def dated(header, rows, columns):
    days = np.datetime64("2020-01-01") + np.arange(rows)
    lines = [
        ",".join([str(day), *(f"{v:.4f}" for v in row)])
        for day, row in zip(days, np.transpose(columns), strict=True)
    ]
    return header + "\n" + "\n".join(lines) + "\n"


@pytest.fixture
def stock_run(tmp_path):
    """A run folder as `stock train` leaves it, with a name that is HTML."""
    run = runs.create(tmp_path / "outputs", "stock", "evil", load(StockConfig, "stock", None))
    actual = 100 + np.cumsum(np.random.default_rng(0).normal(0, 1, 300))
    naive = np.concatenate([[100], actual[:-1]])
    columns = [actual, naive + 0.1, naive, naive - 2, naive + 2]
    header = "date,actual,predicted,naive,lower,upper"
    files.write_text(run.path / "predictions.csv", dated(header, 300, columns))
    ahead = [[1.0, 2, 3], [0.0, 0, 0], [2.0, 4, 6], [0.5, 1, 2], [1.5, 3, 4]]
    header = "date,predicted,lower,upper,inner_lower,inner_upper"
    files.write_text(run.path / "forecast.csv", dated(header, 3, ahead))
    files.write_text(
        run.path / "history.csv", "epoch,loss,val_loss\n0,,1.5\n1,1.2,1.1\n2,1.0,1.2\n"
    )
    width = {"coverage": 0.9, "interval_score": 3.0, "crps": 0.3, "qlike": -7.0}
    width |= {"coverage_by_quarter": [0.9] * 4, "held": {"0.5": 0.5, "0.9": 0.9, "0.99": 0.98}}
    scores = {"n": 300, "rmse": 1.0, "naive_rmse": 1.0, "skill": 0.0, **width}
    metrics = {"verdict": f"Equals. {EVIL}", "test": scores, "baselines": {"naive": scores}}
    metrics["intervals"] = {"ewma": width}
    files.write_json(run.path / "metrics.json", metrics)
    run.update(
        status="done", name=EVIL, inputs=[{"path": f"/x/{EVIL}.csv", "bytes": 1, "sha256": "0"}]
    )
    return run


def test_stock_page_draws_every_chart_without_a_complaint(stock_run, opened):
    page = opened(build.write(stock_run))
    assert page.locator("section.chart").count() == 6
    painted = page.evaluate(
        """() => Bokeh.documents.map((one) => {
            const view = Bokeh.index.get_by_id(one.roots()[0].id);
            const canvas = view.canvas_view.primary.canvas;
            const { width, height } = canvas;
            const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            let count = 0;
            for (let i = 3; i < data.length; i += 4) count += data[i] > 0;
            return count;
        })"""
    )
    assert len(painted) == 6
    assert min(painted) > 1000


def test_stock_page_zooms_where_a_box_is_drawn_and_comes_back(stock_run, opened):
    page = opened(build.write(stock_run))
    span = "() => { const r = Bokeh.documents[0].roots()[0].x_range; return r.end - r.start; }"
    whole = page.evaluate(span)
    page.locator("#chart-2").scroll_into_view_if_needed()
    box = page.locator("#chart-2").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle + 60, steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert 0.1 < page.evaluate(span) / whole < 0.4
    page.evaluate("() => Bokeh.index.get_by_id(Bokeh.documents[0].roots()[0].id).reset()")
    page.wait_for_timeout(300)
    assert page.evaluate(span) == pytest.approx(whole)


def test_page_runs_nothing_that_came_from_a_file(stock_run, opened):
    page = opened(build.write(stock_run))
    assert page.evaluate("window.hacked") is None
    assert EVIL in page.locator("h1").inner_text()
    assert EVIL in page.locator(".verdict").inner_text()
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_text_stands_out_in_light_and_dark(stock_run, opened, scheme):
    page = opened(build.write(stock_run), color_scheme=scheme)

    def luminance(name):
        text = page.evaluate(f"getComputedStyle(document.body).{name}")
        channels = [int(c) / 255 for c in text[4:-1].split(",")]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    paper, ink = luminance("backgroundColor"), luminance("color")
    assert (paper > 0.5) == (scheme == "light")
    assert (max(paper, ink) + 0.05) / (min(paper, ink) + 0.05) > 7


def test_page_fits_a_phone(stock_run, opened):
    page = opened(build.write(stock_run), viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_compare_page_shows_both_runs(stock_run, opened, tmp_path):
    other = runs.create(
        tmp_path / "outputs", "stock", "other", load(StockConfig, "stock", None, ["train.epochs=7"])
    )
    for name in ("history.csv", "metrics.json"):
        shutil.copy(stock_run.path / name, other.path / name)
    path = build.compare([stock_run, other], tmp_path / "compared")
    page = opened(path)
    text = page.locator("main").inner_text()
    assert stock_run.name in text
    assert other.name in text
    differs = page.locator("section", has_text="What differs in input and config").inner_text()
    assert "train.epochs" in differs
    assert "7" in differs
    assert "batch_size" not in differs
    assert page.evaluate("Bokeh.documents.length") == 1


def test_page_is_small_and_names_no_other_place(stock_run):
    path = build.write(stock_run)
    assert path.stat().st_size < 6_000_000
    content = path.read_text(encoding="utf-8")
    assert "<script src" not in content
    assert "<link" not in content


@pytest.fixture
def emoji_run(tmp_path):
    """A run folder as `emoji evaluate` leaves it, with a mistake that is HTML."""
    run = runs.create(tmp_path / "outputs", "emoji", "test", load(EmojiConfig, "emoji", None))
    rows = [
        ["i love you", 0, 0, 0.98, 1],
        ["pizza for two", 4, 4, 0.95, 1],
        ["i love you my darling <img src=x onerror=window.hacked=1>", 3, 0, 0.9, 0],
        ["such a sad day", 0, 3, 0.7, 0],
    ]
    with files.atomic(run.path / "predictions.csv") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([["text", "actual", "predicted", "probability", "correct"], *rows])
    names = ("love", "play", "joy", "sadness", "food")
    quality = {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 1}
    scores = {"n": 4, "accuracy": 0.5, "accuracy_low": 0.2, "accuracy_high": 0.8}
    scores |= {"macro_f1": 0.5, "calibration_error": 0.1}
    metrics = {
        "verdict": "Right on half of them.",
        "test": scores,
        "baselines": {"majority": {**scores, "accuracy": 0.25}},
        "classes": [{"label": i, "emoji": ":)", "name": n, **quality} for i, n in enumerate(names)],
        "confusion_matrix": (np.eye(5, dtype=int) * 2).tolist(),
    }
    files.write_json(run.path / "metrics.json", metrics)
    run.update(status="done", model=str(package_folder("data") / "models" / "emoji"))
    return run


def test_emoji_page_shows_what_the_words_of_a_mistake_did(emoji_run, opened):
    page = opened(build.write(emoji_run))
    assert page.locator(".verdict").inner_text() == "Right on half of them."
    mistakes = page.locator("section.sentences tbody tr")
    assert mistakes.count() == 2
    assert mistakes.nth(0).locator("td").nth(3).inner_text() == "90.0%"
    love = mistakes.nth(0).locator(".word", has_text="love")
    assert "for" in love.get_attribute("class").split()
    assert float(love.get_attribute("title")) > 0
    assert page.evaluate("window.hacked") is None
    assert page.locator("section.chart").count() == 2
