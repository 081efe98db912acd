"""What a model was fitted on is never scored as unseen, and another series is noticed."""

import json

import numpy as np
import pytest

from lstmkit.stock.data import Dataset
from lstmkit.stock.fitting import familiar


def dataset(prices, first="2015-01-01", tmp="x.csv"):
    days = (np.datetime64(first) + np.arange(len(prices))).astype("datetime64[s]")
    return Dataset("x", tmp, days, np.asarray(prices)[:, None], ("p",), 0)


def span(prices, train_rows):
    whole = dataset(prices)
    return familiar.Span(whole.dates, whole.prices, train_rows)


def test_seen_rows_are_known_by_date_and_value(walk):
    trained = span(walk, 200)
    assert familiar.seen_rows(dataset(walk), trained).sum() == 200
    assert familiar.seen_rows(dataset(np.round(walk * 0.97, 3)), trained).sum() == 200
    assert familiar.seen_rows(dataset(walk[::-1]), trained).sum() <= 1
    assert familiar.seen_rows(dataset(walk, first="2020-01-01"), trained).sum() == 0


def test_doubts_name_another_series_an_older_file_and_another_scale(walk):
    trained = span(walk, 200)
    assert familiar.doubts(dataset(np.append(walk, 100)), trained, "DIS") == []
    assert "moves unlike DIS" in familiar.doubts(dataset(walk[::-1]), trained, "DIS")[0]
    assert "before the training file DIS" in familiar.doubts(dataset(walk[:200]), trained, "DIS")[0]
    assert "100 times its prices" in familiar.doubts(dataset(walk * 100), trained, "DIS")[0]
    later = dataset(walk, first="2020-01-01")
    assert "no 5 dates in common" in familiar.doubts(later, trained, "DIS")[0]


@pytest.fixture
def trained(cli, price_csv, walk, tiny):
    done = cli("stock", "train", price_csv(walk[:299], "own.csv"), *tiny, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)["run"]


def test_evaluate_scores_only_rows_after_the_training_span(cli, price_csv, walk, trained):
    own = json.loads(cli("stock", "evaluate", "--run", trained, "--json").out)
    same = cli("stock", "evaluate", price_csv(walk[:299], "own.csv"), "--run", trained, "--json")
    more = cli("stock", "evaluate", price_csv(walk, "more.csv"), "--run", trained, "--json")
    counts = [json.loads(text)["metrics"]["test"]["n"] for text in (same.out, more.out)]
    assert counts == [own["metrics"]["test"]["n"], own["metrics"]["test"]["n"] + 1]
    assert "was trained on 149 of its 300 rows" in more.err
    refused = cli("stock", "evaluate", price_csv(walk[:150], "seen.csv"), "--run", trained)
    assert refused.code == 2
    assert "expected a file with newer rows" in refused.err


def test_forecast_says_where_a_file_is_of_another_series(cli, price_csv, walk, trained):
    other = cli("stock", "forecast", price_csv(walk[::-1], "other.csv"), "--run", trained)
    assert other.code == 0, other.err
    assert "moves unlike own" in other.err
    newer = cli("stock", "forecast", price_csv(walk, "newer.csv"), "--run", trained)
    assert "own" not in newer.err.replace("own.csv", "").replace(str(trained), "").replace(
        "-own", ""
    )
