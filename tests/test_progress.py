import logging
import threading

import pytest

from lstmkit import progress


class Heard(logging.Handler):
    """What is said, and an event for whoever waits for it."""

    def __init__(self):
        super().__init__()
        self.said, self.came = [], threading.Event()

    def emit(self, record):
        self.said.append(record.getMessage())
        self.came.set()


@pytest.fixture
def heard():
    handler = Heard()
    progress.log.addHandler(handler)
    yield handler
    progress.log.removeHandler(handler)


def test_what_takes_long_is_told_once(heard, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.told_if_long("x.mid: 100% of it"):
        assert heard.came.wait(60)
    assert heard.said == ["x.mid: 100% of it"]


def test_what_ends_before_is_not_told(heard):
    before = threading.active_count()
    with progress.told_if_long("x"):
        assert threading.active_count() == before + 1
    assert heard.said == []
