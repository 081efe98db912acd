"""On walks that nobody can forecast, the model neither beats nor loses to standing still."""

import json

import numpy as np
import pytest

WALKS, ROWS = 20, 1300


def wild_walk(seed):
    """A random walk with fat tails whose volatility moves, wilder in its first half."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(4, ROWS) / np.sqrt(2)
    scale = 0.01 * np.exp(np.cumsum(rng.normal(0, 0.03, ROWS)))
    scale *= np.linspace(1.5, 0.5, ROWS)
    return 100 * np.exp(np.cumsum(np.clip(scale, 1e-3, 0.05) * shocks))


@pytest.mark.slow
def test_twenty_walks_are_neither_beaten_nor_lost(cli, price_csv):
    verdicts, skills = [], []
    for seed in range(WALKS):
        done = cli("stock", "train", price_csv(wild_walk(seed), f"walk-{seed}.csv"), "--json")
        assert done.code == 0, done.err
        result = json.loads(done.out)
        verdicts.append(result["verdict"].split()[0])
        skills.append(result["metrics"]["test"]["skill"])
    assert "Beats" not in verdicts
    assert verdicts.count("Loses") <= 1
    assert np.mean(skills) > -0.005
