"""Twenty series on cores, on a cluster and under kills: the same bytes.

Ten minutes, so on demand: LSTMKIT_LONG_TESTS=1; `tests/test_parallel.py` holds the same in small.
"""

import os
import random

import pytest
import sweeps

JOBS = ("--jobs", "2")
pytestmark = pytest.mark.skipif(
    "LSTMKIT_LONG_TESTS" not in os.environ, reason="ten minutes: set LSTMKIT_LONG_TESTS=1"
)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("made", [sweeps.sweep, sweeps.backtest])
def test_twenty_series_end_the_same_everywhere(tmp_path, made):
    pytest.importorskip("distributed", reason="needs Dask (lstmkit[cluster])")
    campaign = made(tmp_path, 20)
    expected = campaign.undisturbed(*JOBS)
    assert campaign.undisturbed(*JOBS, "--cluster", "local") == expected
    found, killed = sweeps.disturb(campaign, 4, random.Random(1), 20)
    assert sum(killed.values())
    assert found == expected


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_kills_at_random_change_no_byte(tmp_path):
    campaign = sweeps.letters(tmp_path, 20)
    expected = campaign.undisturbed(*JOBS)
    found, killed = sweeps.disturb(campaign, 10, random.Random(0), 12)
    assert sum(killed.values())
    assert found == expected
