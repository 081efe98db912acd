"""The page of a trace in a real browser: keys move it, a reader hears it, nothing is fetched."""

import shutil

import pytest

from lstmkit.lessons.trace import page, sources

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = tmp_path_factory.mktemp("trace") / "t.html"
    page.write(sources.tiny("lstm", 3, seed=0), path, step=0, unit=0)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        wrong = []
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on(
            "request",
            lambda r: wrong.append(r.url) if not r.url.startswith(("file:", "data:")) else None,
        )
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-drawn=yes]", state="attached")
        yield tab
        browser.close()
        assert not wrong


def test_keys_move_step_and_unit(opened):
    opened.focus("#step")
    opened.keyboard.press("ArrowRight")
    assert opened.inner_text("#said").startswith("2 of 3")
    opened.keyboard.press("n")
    opened.keyboard.press("u")
    assert opened.inner_text("#said").startswith("3 of 3")
    assert opened.input_value("#unit") == "1"
    opened.keyboard.press("n")  # there is no fourth
    assert opened.inner_text("#said").startswith("3 of 3")
    opened.fill("#unit", "99")
    opened.keyboard.press("Enter")
    assert opened.input_value("#unit") == "2"


def test_numbers_are_those_of_the_trace(opened):
    trace = sources.tiny("lstm", 3, seed=0)
    opened.fill("#unit", "0")
    opened.keyboard.press("Enter")
    opened.click("#words li:nth-child(2) button")
    rows = opened.locator("#forward tr td:last-child").all_inner_texts()
    assert float(rows[-2]) == pytest.approx(trace.steps[1].units["c"][0], rel=1e-3)
    back = opened.locator("#backward tr td:last-child").all_inner_texts()
    assert float(back[1]) == pytest.approx(trace.steps[1].units["dc"][0], rel=1e-3)


def test_everything_has_a_name_for_a_screen_reader(opened):
    assert opened.get_attribute("#step", "aria-valuetext").startswith("2 of 3")
    assert opened.get_attribute("#summary", "aria-live") == "polite"
    assert "keeps" in opened.inner_text("#summary")
    unnamed = opened.evaluate(
        "[...document.querySelectorAll('input, button')].filter("
        "e => !e.labels?.length && !e.getAttribute('aria-label')).length"
    )
    assert unnamed == 0
    assert opened.locator("button[aria-current=step]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_paper(opened, scheme):
    opened.emulate_media(color_scheme=scheme)
    ink, paper = opened.evaluate(
        "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        ".map(c => c.match(/\\d+/g).slice(0, 3).map(Number)); })()"
    )
    assert abs(sum(ink) - sum(paper)) > 450


def test_controls_are_not_printed(opened):
    opened.emulate_media(media="print")
    assert not opened.is_visible("#step")
    assert opened.is_visible("#forward")
    opened.emulate_media(media="screen")
