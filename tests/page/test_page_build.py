"""Pages without a browser: what they hold, what they escape, what they refuse."""

import json
import re

import pytest

from lstmkit import config, files, runs
from lstmkit.errors import InputError
from lstmkit.page import build
from lstmkit.page.blocks import number, percent
from lstmkit.page.history import read_history


@pytest.fixture
def make_run(tmp_path):
    def make(pipeline="stock", name="x", verb="train", **contents):
        schema = config.schema_of(pipeline)
        settings = config.load(schema, pipeline, None)
        run = runs.create(tmp_path / "outputs", pipeline, name, settings, verb=verb)
        for file, text in contents.items():
            files.write_text(run.path / file.replace("__", "."), text)
        return run

    return make


@pytest.mark.parametrize("pipeline", config.pipelines())
def test_every_pipeline_has_a_page(pipeline, make_run):
    page = build._page_of({"pipeline": pipeline})
    assert callable(page.blocks)


def test_page_keeps_markup_of_files_as_text(make_run):
    evil = "</script><script>alert(1)</script>"
    run = make_run(metrics__json=json.dumps({"verdict": evil, "test": {"n": 1}}))
    run.update(name=evil, command=["lstmkit", "stock", "train", f"{evil}.csv"])
    content = build.write(run).read_text(encoding="utf-8")
    assert "alert(1)</script>" not in content
    assert content.count("alert(1)") >= 4
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in content


def test_page_carries_nothing_from_elsewhere(make_run):
    run = make_run(metrics__json='{"verdict": "Equals.", "test": {"n": 1}}')
    content = build.write(run).read_text(encoding="utf-8")
    page = re.sub(r"<script>.*?</script>", "", content, flags=re.S)
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    assert "default-src 'none'" in page


def test_page_tells_how_the_run_was_made(make_run, tmp_path):
    source = tmp_path / "prices.csv"
    source.write_text("a")
    run = make_run(metrics__json='{"verdict": "Equals.", "test": {"n": 1}}')
    run.update(
        command=["/usr/bin/lstmkit", "stock", "train", "my prices.csv"],
        inputs=[files.fingerprint(source)],
    )
    content = build.write(run).read_text(encoding="utf-8")
    assert "lstmkit stock train &#39;my prices.csv&#39;" in content
    assert files.fingerprint(source)["sha256"] in content
    assert "window: 240" in content


def test_model_card_is_plain_markdown(make_run):
    metrics = {"verdict": "1 < 2 | <b>*bold*</b>\n# no head", "test": {"n": 1, "rmse": 0.5}}
    run = make_run(metrics__json=json.dumps(metrics))
    build.write(run)
    lines = (run.path / "README.md").read_text(encoding="utf-8").splitlines()
    assert r"1 \< 2 \| \<b\>\*bold\*\</b\> \# no head" in lines
    assert "| test.rmse | 0.5 |" in lines
    assert [line for line in lines if line.startswith("# ")] == ["# stock train: x"]


def test_model_card_is_renewed_but_a_readme_of_others_stays(make_run):
    run = make_run(metrics__json='{"verdict": "Equals.", "test": {"n": 1}}')
    build.write(run)
    files.write_json(run.path / "metrics.json", {"verdict": "Beats.", "test": {"n": 1}})
    build.write(run)
    assert "Beats." in (run.path / "README.md").read_text(encoding="utf-8")
    (run.path / "README.md").write_text("# My notes\n", encoding="utf-8")
    build.write(run)
    assert (run.path / "README.md").read_text(encoding="utf-8") == "# My notes\n"


def test_history_reads_losses_and_leaves_texts(make_run):
    text = 'epoch,loss,val_loss,written\n0,,3.5,"a,b"\n1,2.5,3,x\n'
    run = make_run("letters", history__csv=text)
    assert read_history(run) == [
        {"epoch": 0.0, "loss": None, "val_loss": 3.5},
        {"epoch": 1.0, "loss": 2.5, "val_loss": 3.0},
    ]
    assert read_history(make_run("letters")) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("history.csv", "epoch,loss\n0,abc\n"),
        ("predictions.csv", "nothing\n1\n"),
        ("predictions.csv", "date,actual\nsoon,1\n"),
        ("forecast.csv", "date,predicted\n,1\n"),
        ("forecast.csv", ""),
        ("metrics.json", "{"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_damaged_file_is_one_error_that_names_it(make_run, file, text):
    run = make_run(metrics__json='{"verdict": "Equals.", "test": {"n": 1}}')
    files.write_text(run.path / file, text)
    with pytest.raises(InputError, match=re.escape(file)):
        build.write(run)
    assert not (run.path / "report.html").exists()


@pytest.mark.parametrize("pipeline", ["stock", "emoji", "music"])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("metrics.json", '{"verdict": "?", "test": 3}'),
        ("metrics.json", '{"training": {"notes": 3}, "solos": {"a": 4}}'),
        ("run.json", '{"pipeline": "PIPELINE", "command": 5, "inputs": 3}'),
    ],
)
def test_valid_json_of_another_shape_is_one_error(make_run, pipeline, file, text):
    run = make_run(pipeline)
    files.write_text(run.path / file, text.replace("PIPELINE", pipeline))
    try:
        build.write(run)
    except InputError as error:
        assert str(run.path) in str(error)
        assert "make the run again" in str(error)


def test_compare_shows_each_metric_once(make_run, tmp_path):
    metrics = '{"verdict": "Equals.", "test": {"rmse": 1.25}}'
    pair = [make_run(name=name, metrics__json=metrics) for name in ("one", "two")]
    content = build.compare(pair, tmp_path / "compared").read_text(encoding="utf-8")
    assert content.count("test.rmse") == 1


def test_compare_refuses_one_run_and_two_pipelines(make_run, tmp_path):
    run = make_run()
    with pytest.raises(InputError, match="at least two runs"):
        build.compare([run], tmp_path)
    with pytest.raises(InputError, match="letters and stock"):
        build.compare([run, make_run("letters")], tmp_path)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (float("nan"), "–"), (0.123456, "0.1235"), (2277, "2,277"), (True, "True"),
     (float("inf"), "inf"), (1e300, "1e+300"), (1234567.0, "1,234,567"), (0.0, "0"), ("x", "x"),
     (-0.00012345678, "-0.0001235")],
)  # fmt: skip
def test_number_is_written_as_it_is_read(value, text):
    assert number(value) == text


def test_percent_has_one_digit():
    assert [percent(0.12345), percent(None), percent(-0.005)] == ["12.3%", "–", "-0.5%"]


def test_report_command_shows_the_newest_run(cli, make_run, tmp_path):
    nothing = cli("report")
    assert nothing.code == 2
    assert "make one with `lstmkit stock train`" in nothing.err
    run = make_run(metrics__json='{"verdict": "Equals.", "test": {"n": 1}}')
    done = cli("report")
    assert done.code == 0, done.err
    assert done.out.strip() == str((run.path / "report.html").relative_to(tmp_path))
    assert (run.path / "report.html").exists()


def test_report_compare_writes_beside_the_runs(cli, make_run, tmp_path):
    names = []
    for word in ("Better.", "Worse."):
        metrics = json.dumps({"verdict": word, "test": {"n": 1}})
        names.append(make_run(metrics__json=metrics).name)
    assert cli("report", *names).code == 2
    done = cli("report", "--compare", *names)
    assert done.code == 0, done.err
    content = (tmp_path / done.out.strip()).read_text(encoding="utf-8")
    assert "Better." in content
    assert "Worse." in content
    assert cli("report").out.strip().startswith("outputs")
