"""Tasks can be lost: what is there is skipped, a dead worker costs its task, the bytes stay."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import sweeps
import workers as killers

from lstmkit import config as configs
from lstmkit import parallel, runs
from lstmkit.errors import InputError
from lstmkit.liveness import has_ended, identity
from lstmkit.parallel import Pool, perform_all, said_of, started
from lstmkit.task import Place, Source, Task, perform, sources, unpack

SMALL = ("--set", "train.epochs=1", "--set", "model.units=4")


@pytest.fixture
def settings():
    """A config under which the letters model learns in an instant."""
    chosen = [word for word in SMALL if word != "--set"]
    return configs.load(configs.schema_of("letters"), "letters", None, chosen)


@pytest.fixture
def run(tmp_path, settings):
    """A run that tasks belong to."""
    return runs.create(tmp_path / "out", "letters", "many", settings, verb="sweep")


@pytest.fixture
def task(tmp_path, settings):
    """A task that takes an instant."""
    (source,) = sources([str(next(sweeps.texts(tmp_path / "one", 1).iterdir()))], ships="letters")
    return Task("letters", "trial", source, configs.show(settings, "letters"))


def named(name):
    return Task("letters", "trial", Source(name, None), "")


def test_a_task_is_known_by_content_config_and_seed(tmp_path, task, settings):
    elsewhere = tmp_path / "elsewhere" / "T00.txt"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((tmp_path / "one" / "T00.txt").read_bytes())
    (moved,) = sources([str(elsewhere)], ships="letters")
    assert replace(task, source=moved).folder == task.folder
    other = configs.show(configs.changed(settings, ["seed=1"], option="--set"), "letters")
    assert replace(task, config=other).folder != task.folder
    elsewhere.write_text("other\nlines\n", encoding="utf-8")
    (changed,) = sources([str(elsewhere)], ships="letters")
    assert replace(task, source=changed).folder != task.folder


def test_a_folder_stands_for_its_files(tmp_path):
    folder = sweeps.texts(tmp_path / "many", 3)
    found = sources([str(folder)], ships="letters")
    assert [one.name for one in found] == ["T00", "T01", "T02"]
    (together,) = sources([str(folder)], ships="music", together=True)
    assert len(together.path) == len(together.files) == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="an empty folder"):
        sources([str(tmp_path / "empty")], ships="letters")


def test_what_is_there_is_not_done_again(run):
    done = []

    def doing(left, place):
        for name, one in left.items():
            done.append(name)
            yield killers.perform(one, place)

    tasks = [named("a"), named("b"), named("a")]
    assert perform_all(tasks[:1], run, "trials", doing, label="") == {}
    assert perform_all(tasks, run, "trials", doing, label="") == {}
    assert done == [tasks[0].folder, tasks[1].folder]


@pytest.mark.parametrize("cluster", [None, "local"])
def test_a_task_that_kills_its_worker_twice_is_named_and_left_out(run, monkeypatch, cluster):
    if cluster:
        pytest.importorskip("distributed", reason="needs Dask (lstmkit[cluster])")
    monkeypatch.setattr(parallel, "perform", killers.perform)
    tasks = [named(name) for name in ("a", "fatal", "b", "c", "d")]
    with started(Pool(2, cluster)) as at_work:
        failed = perform_all(tasks, run, "trials", at_work, label="")
    assert failed == {tasks[1].folder: "killed its worker twice"}
    there = {json.loads(p.read_text())["name"] for p in run.path.glob("trials/*/run.json")}
    assert there == {"a", "b", "c", "d"}
    assert tasks[1].folder in said_of(failed)


def test_an_innocent_task_beside_a_killer_is_done(run, monkeypatch):
    monkeypatch.setattr(parallel, "perform", killers.perform)
    tasks = [named(name) for name in ("slow-1", "fatal-1", "slow-2", "fatal-2")]
    with started(Pool(2)) as at_work:
        failed = perform_all(tasks, run, "trials", at_work, label="")
    assert failed.keys() == {tasks[1].folder, tasks[3].folder}


def test_a_result_comes_back_where_the_worker_does_not_see_its_place(tmp_path, run, task):
    seen = Place(run.path / "trials", run.path, run.manifest["created"])
    unseen = replace(seen, created="another time")
    back = perform(task, unseen)
    assert back.error is None
    assert not (run.path / "trials").exists()
    unpack(back.packed, tmp_path / "unpacked")
    assert perform(task, seen).packed is None
    made = run.path / "trials" / task.folder
    there = {path.name for path in made.iterdir()}
    assert there == {path.name for path in (tmp_path / "unpacked").iterdir()}
    for name in ("history.csv", "config.yaml", "metrics.json"):
        assert (made / name).read_bytes() == (tmp_path / "unpacked" / name).read_bytes()


def test_a_worker_refuses_another_file_and_another_version(tmp_path, run, task):
    place = Place(run.path / "trials", run.path, run.manifest["created"])
    assert "install the same" in perform(replace(task, version="0.0.0"), place).error
    (tmp_path / "one" / "T00.txt").write_text("changed\n", encoding="utf-8")
    assert "SHA-256 differs" in perform(task, place).error


def test_a_process_that_nobody_asked_how_it_ended_has_ended():
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    process.stdout.read()  # until its end; not waited for, it stays in the table of processes
    me = {"host": identity()["host"], "pid": process.pid}
    for _ in range(100):
        if has_ended(me):
            break
        time.sleep(0.05)
    assert has_ended(me)
    process.wait()


def test_no_scheduler_is_one_error(cli, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="needs Dask (lstmkit[cluster])")

    def refuse(*_args, **_kwargs):
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", refuse)
    said = cli("sweep", "cells", "--over", "model.units=2,3", "--cluster", "tcp://nowhere:1")
    assert said.code == 2
    assert "no Dask scheduler answers there" in said.err


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A sweep of twenty trials on two cores, and its tables where nobody disturbed it."""
    folder = tmp_path_factory.mktemp("calm")
    campaign = sweeps.letters(folder, count=2)
    return campaign, campaign.undisturbed("--jobs", "2")


def test_a_cluster_gives_the_same_bytes(calm, tmp_path):
    pytest.importorskip("distributed", reason="needs Dask (lstmkit[cluster])")
    campaign, expected = calm
    assert campaign.undisturbed("--jobs", "2", "--cluster", "local") == expected


def test_a_dead_worker_costs_its_task_only(calm):
    campaign, expected = calm
    work = campaign.start("--jobs", "2")
    work.wait_for(4)
    work.worker().send_signal(signal.SIGKILL)
    assert work.ended() == expected


def test_a_killed_sweep_goes_on_and_ends_with_the_same_bytes(calm):
    campaign, expected = calm
    work = campaign.start("--jobs", "2")
    work.wait_for(4)
    worker = work.worker()
    work.kill()
    before = work.done()
    assert 4 <= len(before) < 20
    work.go_on("--jobs", "2")
    assert work.ended() == expected
    assert before.items() <= work.done().items()  # done once
    assert not worker.is_running()
    assert not list(work.folder.rglob(".lstmkit-*"))
