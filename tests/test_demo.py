"""The first look: each part once, and a table that says where to go on."""

import re

import pytest

from lstmkit import config, demo
from lstmkit.errors import RunError

SHIPPED = [config.package_folder("data") / "models" / name for name in ("emoji", "music")]


def test_demo_shows_every_part_and_ends_with_the_table(cli, monkeypatch):
    def step(part):
        return lambda _: demo.Step(
            part, f"did {part}", f"see {part}", f"try {part}", (f"ah {part}",)
        )

    monkeypatch.setattr(demo, "STEPS", {part: step(part) for part in ("cells", "stock")})
    done = cli("demo")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:2] == ["  ah cells", "  ah stock"]
    assert [line[:5].strip() for line in lines[5:]] == ["cells", "", "", "stock", "", ""]
    assert [line[7:].strip() for line in lines[-3:]] == ["did stock", "see stock", "$ try stock"]
    assert re.search(r"\[1/2\] cells\n\[2/2\] stock\n", done.err)


def test_demo_ends_with_the_error_of_a_part(cli, monkeypatch):
    def fail(_):
        raise RunError("disk full")

    monkeypatch.setattr(demo, "STEPS", {"stock": fail})
    done = cli("demo")
    assert done.code == 1
    assert "disk full" in done.err


def test_demo_has_the_cells_and_every_pipeline_of_keras():
    assert set(demo.STEPS) == {"cells", *config.pipelines()} - {"letters"}


@pytest.mark.slow
@pytest.mark.skipif(
    not all((folder / "run.json").exists() for folder in SHIPPED), reason="needs the shipped models"
)
def test_demo_runs_on_what_ships(cli, tmp_path):
    done = cli("demo")
    assert done.code == 0, done.err
    assert "I love you! ❤️" in done.out
    pages = re.findall(r"outputs\S+report\.html", done.out)
    assert len(pages) == 2
    music, stock = ((tmp_path / page).read_text(encoding="utf-8") for page in sorted(pages))
    assert 'class="roll"' in music
    assert stock.count('class="plot"') >= 4
