"""Files as they should not be end in one error, with place and reason."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from price_tables import load, refusal, write

from lstmkit.errors import InputError
from lstmkit.stock.calendar.ahead import infer

REFUSED = {
    "empty": ("", "empty"),
    "blank": ("\n\n \n", "empty"),
    "one column": ("price\n1\n2\n", "separated by"),
    "header only": ("date,price\n", "no rows of data"),
    "no dates": ("a,b\nx,1\ny,2\n", "no column of dates"),
    "no numbers": ("date,name\n2020-01-01,x\n2020-01-02,y\n", "no column of numbers"),
    "which column": ("date,a,b\n2020-01-01,1,2\n2020-01-02,3,4\n", '--set "data.column=a"'),
    "text in numbers": ("date,price\n2020-01-01,1\n2020-01-02,one\n", "row 3: expected a number"),
    "infinity": ("date,price\n2020-01-01,1\n2020-01-02,inf\n", "row 3: expected a finite"),
    "mostly missing": ("date,price\n2020-01-01,1\n2020-01-02,\n2020-01-03,\n", "row 3: 2 of 3"),
    "conflicting": ("date,price\n2020-01-01,1\n2020-01-01,2\n2020-01-02,3\n", "rows 2 and 3"),
    "bad date": ("date,price\n2020-01-01,1\n2020-13-02,2\n", "row 3: expected a date like"),
    "no date": ("date,price\n2020-01-01,1\n,2\n", "row 3: expected a date like"),
    "ancient": ("date,price\n1020-01-01,1\n1020-01-02,2\n", "row 2: expected a date"),
    "ambiguous": ("date,price\n01/02/2020,1\n02/03/2020,2\n", "data.date_format"),
    "ragged": ("date,price\n2020-01-01,1\n2020-01-02,2,3,4\n", "row 3"),
    "two grammars": (
        'date;p\n2020-01-01;"1,200.50"\n2020-01-02;"12,5"\n',
        "row 3: expected a number",
    ),
    "comma and point": ("date;p\n2020-01-01;27,5\n2020-01-02;27.5\n", "expected a number like"),
    "huge": ("date,p\n2020-01-01,1e300\n2020-01-02,1\n", "row 2, column 'p': expected a number"),
    "trades in one instant": (
        "date,p\n" + "".join(f"2020-01-01 00:00:00.{i // 2},{1 + i}\n" for i in range(8)),
        "data.resample=1s",
    ),
    "two centuries": (
        "date,p\n" + "".join(f"31/12/{y % 100:02d},{y}\n" for y in range(1930, 1950)),
        "four digits",
    ),
    "several series": (
        "date,price\n" + "".join(f"2020-01-{d:02d},{d}\n" for _ in range(9) for d in range(1, 9)),
        "dates go back",
    ),
}


NO_LOGARITHM = {
    "zero": ("date,price\n2020-01-01,1\n2020-01-02,0\n", "row 3, column 'price': expected a price"),
    "negative": ("date,price\n2020-01-01,-1\n2020-01-02,2\n", "row 2, column 'price'"),
}


@pytest.mark.parametrize("case", NO_LOGARITHM)
def test_price_without_a_logarithm_is_refused_where_returns_are_asked_for(tmp_path, case):
    text, expected = NO_LOGARITHM[case]
    assert expected in refusal(write(tmp_path, text), "data.target=log_return")


@pytest.mark.parametrize("case", REFUSED)
def test_bad_file_is_refused_with_place_and_reason(tmp_path, case):
    text, expected = REFUSED[case]
    path = write(tmp_path, text)
    found = refusal(path)
    assert found.startswith(str(path))
    assert expected in found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x1f\x8b\x08\x00garbage", "damaged gzip"),
        (gzip.compress(b"date,price\n2020-01-01,1\n" * 50, mtime=0)[:-20], "damaged gzip"),
        (b"date,price\n2020-01-01,\xff\xfe\n", "no column of numbers"),
        (b"PK\x03\x04\x00\x00\x00\x00", "damaged zip"),
    ],
)
def test_bytes_that_are_no_text_are_refused(tmp_path, content, expected):
    assert expected in refusal(write(tmp_path, content))


def test_difference_target_takes_values_below_zero(tmp_path):
    path = write(tmp_path, NO_LOGARITHM["negative"][0])
    assert load(path, "data.target=difference").prices.tolist() == [-1, 2]


def test_date_format_decides_what_the_file_cannot(tmp_path):
    path = write(tmp_path, REFUSED["ambiguous"][0])
    found = load(path, "data.date_format=%d/%m/%Y")
    assert str(found.dates[0]) == "2020-02-01T00:00:00"
    assert "expected a date like" in refusal(path, "data.date_format=%Y")


def test_missing_file_names_both_places_and_the_remedy(cli, tmp_path):
    ended = cli("stock", "train", "DIS.csv")
    assert ended.code == 2
    assert str(tmp_path / "DIS.csv") in ended.err
    assert str(tmp_path / "no-user-data" / "DIS.csv") in ended.err
    assert "lstmkit data fetch dis" in ended.err
    assert "no CSV to use the sample" in ended.err


CELL = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["2020-01-01", "2020-01-02", "01/02/2020", "1325317920", "1.5", "-", "$3", ""]),
    st.floats().map(str),
    st.integers().map(str),
)


@settings(max_examples=150)
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=8), st.sampled_from(",;\t|"))
def test_any_table_is_read_or_refused(tmp_path, rows, delimiter):
    text = "\n".join(delimiter.join(row) for row in rows)
    try:
        found = load(write(tmp_path, text.encode("utf-8", "surrogatepass")))
        assert infer(found.dates).after(found.dates[-1], 3)[0] > found.dates[-1]
    except InputError as error:
        assert "x.csv" in str(error)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    try:
        load(write(tmp_path, content))
    except InputError as error:
        assert "x.csv" in str(error)
