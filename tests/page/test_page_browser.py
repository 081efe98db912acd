"""The pages in a real browser: nothing but the file, no console error, charts that zoom."""

import csv
import shutil

import mido
import numpy as np
import pytest

from lstmkit import files, runs
from lstmkit.config import load, package_folder
from lstmkit.emoji.config import EmojiConfig
from lstmkit.music.config import MusicConfig
from lstmkit.music.page import read_piece
from lstmkit.page import build
from lstmkit.stock.config import StockConfig
from lstmkit.stock.panel import scores

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EVIL = "<script>window.hacked = 1</script><img src=x onerror=window.hacked=1>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")


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


def until(page, expression):
    """Wait until a condition holds; playwright's own way of waiting is what the page forbids."""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")


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
def music_run(tmp_path):
    """A run folder with a solo of four notes in two bars of 2/4, two seconds long."""
    run = runs.create(tmp_path / "outputs", "music", "solo", load(MusicConfig, "music", None))
    file = mido.MidiFile(ticks_per_beat=480)
    metre = mido.MetaMessage("time_signature", numerator=2, denominator=4)
    solo = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000), metre])
    for number, pitch in enumerate((60, 64, 67, 72)):
        if number % 2 == 0:
            text = "<i>G7</i>" if number else "<b>Cmaj7</b>"
            solo.append(mido.MetaMessage("marker", text=text))
        solo.append(mido.Message("note_on", note=pitch, velocity=100))
        solo.append(mido.Message("note_off", note=pitch, time=480))
    file.tracks.append(solo)
    file.save(run.path / "solo-01.mid")
    metrics = {"solos": {"solo-01": {"metrics": {"notes": 4}}}, "training": {}}
    files.write_json(run.path / "metrics.json", {"verdict": "One solo.", **metrics})
    run.update(status="done")
    return run


def test_read_piece_gives_seconds_pitches_and_chords(music_run):
    piece = read_piece(music_run.path / "solo-01.mid")
    assert piece.seconds == 2.0
    assert [note[:3] for note in piece.notes] == [
        (0.0, 0.5, 60), (0.5, 0.5, 64), (1.0, 0.5, 67), (1.5, 0.5, 72)
    ]  # fmt: skip
    assert piece.symbols == [(0.0, "<b>Cmaj7</b>"), (1.0, "<i>G7</i>")]
    assert piece.bar_seconds == 1.0


def test_music_page_plays_the_notes_and_moves_the_cursor(music_run, opened):
    page = opened(build.write(music_run))
    page.click(".play")
    until(page, "players[0].at > 0.2")
    heard = page.evaluate(
        """() => new Promise((resolve) => {
            const player = players[0], analyser = player.audio.createAnalyser();
            analyser.fftSize = 8192;
            player.output.connect(analyser);
            setTimeout(() => {
                const wave = new Float32Array(analyser.fftSize);
                const bins = new Float32Array(analyser.frequencyBinCount);
                analyser.getFloatTimeDomainData(wave);
                analyser.getFloatFrequencyData(bins);
                const width = player.audio.sampleRate / analyser.fftSize;
                resolve([Math.max(...wave.map(Math.abs)), bins.indexOf(Math.max(...bins)) * width]);
            }, 300);
        })"""
    )
    loudest, frequency = heard
    assert loudest > 0.02
    assert min(abs(frequency - note) for note in (261.6, 329.6, 392.0, 523.3)) < 12
    assert page.evaluate("players[0].roll.at") > 0.2
    until(page, "players[0].timer === null")
    assert page.inner_text(".play") == "Play"
    assert page.evaluate("players[0].next") == 4


def test_music_page_jumps_where_the_slider_is_put(music_run, opened):
    page = opened(build.write(music_run))
    page.locator(".seek").fill("1.5")
    cursor = page.locator(".roll .cursor").bounding_box()
    roll = page.locator(".roll").bounding_box()
    share = (cursor["x"] - roll["x"]) / roll["width"]
    assert 0.74 < share < 0.78
    assert page.inner_text(".clock") == "0:01"


def test_music_page_draws_every_note_and_names_bars_and_chords(music_run, opened):
    page = opened(build.write(music_run))
    boxes = [note.bounding_box() for note in page.locator(".roll rect.lead").all()]
    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    assert [box["y"] for box in boxes] == sorted((box["y"] for box in boxes), reverse=True)
    assert page.locator(".roll .bars text").all_text_contents() == ["1", "2"]
    assert page.locator(".roll .symbols text").all_text_contents() == ["<b>Cmaj7</b>", "<i>G7</i>"]


def test_music_page_zooms_where_it_is_dragged_and_comes_back(music_run, opened):
    page = opened(build.write(music_run))
    box = page.locator(".roll").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.55, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, middle, steps=5)
    page.mouse.up()
    assert page.locator(".roll rect.lead").count() == 2
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)
    assert page.locator(".roll rect.lead").count() == 4


def test_music_page_begins_where_the_roll_is_clicked(music_run, opened):
    page = opened(build.write(music_run))
    box = page.locator(".roll").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.77, box["y"] + box["height"] / 2)
    assert 1.4 < page.evaluate("players[0].at") < 1.6


def test_music_page_silences_a_voice(music_run, opened):
    page = opened(build.write(music_run))
    page.uncheck(".voice.lead input")
    assert page.locator(".roll rect.lead").count() == 0
    page.evaluate("() => { players[0].sound = () => { window.sounded = true; }; }")
    page.click(".play")
    until(page, "players[0].at > 0.7")
    assert page.evaluate("window.sounded") is None


def test_music_page_without_charts_carries_no_chart_library(music_run):
    assert build.write(music_run).stat().st_size < 60_000


@pytest.fixture
def emoji_run(tmp_path):
    """A run folder as `emoji evaluate` leaves it, with a mistake that is HTML."""
    run = runs.create(tmp_path / "outputs", "emoji", "test", load(EmojiConfig, "emoji", None))
    rows = [
        ["i love you", 0, 0, 0.98, 1],
        ["pizza for two", 4, 4, 0.95, 1],
        ["i love you <img src=x onerror=window.hacked=1>", 3, 0, 0.9, 0],
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
