"""Tables as people have them: packed, coded, separated, headed and surrounded in many ways."""

import bz2
import gzip
import io
import lzma
import os
import threading
import zipfile

import numpy as np
import pandas as pd
import pytest

from lstmkit import tables
from lstmkit.errors import InputError
from lstmkit.tables import foreign, records, source

PLAIN = "name,size\nash,1.5\nelm,2\noak,-3e1\n"


def write(folder, content, name="x.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(folder, content, **options):
    table = tables.read(write(folder, content), **options)
    return table, table.columns(range(len(table.names))).to_numpy().tolist()


def zipped(**members):
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return stream.getvalue()


PACKINGS = {
    "plain": lambda b: b,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda b: zipped(**{"__MACOSX/._a": b"x", "a.csv": b}),
    "gzip in zip": lambda b: zipped(**{"a.csv.gz": gzip.compress(b)}),
    "mark": lambda b: b"\xef\xbb\xbf" + b,
    "utf-16": lambda b: b.decode().encode("utf-16"),
    "utf-16 without mark": lambda b: b.decode().encode("utf-16-be"),
    "crlf": lambda b: b.replace(b"\n", b"\r\n"),
    "cr": lambda b: b.replace(b"\n", b"\r"),
    "no newline at the end": lambda b: b.rstrip(),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_read_unpacks_and_decodes(tmp_path, packing):
    table, found = cells(tmp_path, PACKINGS[packing](PLAIN.encode()))
    assert table.names == ("name", "size")
    assert found == [["ash", "1.5"], ["elm", "2"], ["oak", "-3e1"]]
    numbers = table.columns([1], numbers=[1])[1]
    assert numbers.tolist() == [1.5, 2, -30]
    assert numbers.index.tolist() == [2, 3, 4]


def test_read_takes_a_pipe_once_and_whole(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "a,b\n" + "".join(f"{i},{i * i}\n" for i in range(20_000))
    writer = threading.Thread(target=lambda: pipe.write_text(text, encoding="utf-8"))
    writer.start()
    table = tables.read(pipe)
    writer.join()
    assert table.rows == 20_000
    assert table.columns([1], numbers=[1])[1].sum() == sum(i * i for i in range(20_000))
    assert table.fingerprint["bytes"] == len(text)


SHAPES = {
    "separator line": ("sep=;\na;b\nx;1,5\n", ("a", "b"), [["x", "1,5"]]),
    "decimal commas": ("a;b\nx;1,5\ny;2,5\n", ("a", "b"), [["x", "1,5"], ["y", "2,5"]]),
    "tabs beside commas": ("a\tb\nx\t1,500\ny\t2,5\n", ("a", "b"), [["x", "1,500"], ["y", "2,5"]]),
    "blanks": ("a  b\nx1  1\nx2 2\nx3  3\n", ("a", "b"), [["x1", "1"], ["x2", "2"], ["x3", "3"]]),
    "no header": ("ash,1\nelm,2\n", ("0", "1"), [["ash", "1"], ["elm", "2"]]),
    "header of numbers": (
        "Date,600519,000858\n2020-01-02,1,2\n2020-01-03,3,4\n",
        ("Date", "600519", "000858"),
        [["2020-01-02", "1", "2"], ["2020-01-03", "3", "4"]],
    ),
    "header of three rows": (
        "Price,Close,Open\nTicker,9.HK,9.HK\nDate,,\n2020-01-02,1,2\n2020-01-03,3,4\n",
        ("Price", "Close", "Open"),
        [["2020-01-02", "1", "2"], ["2020-01-03", "3", "4"]],
    ),
    "numbered names": ("t,1. open\n2020-01-02,5\n", ("t", "1. open"), [["2020-01-02", "5"]]),
    "the same name twice": ("a,a\nx,1\n", ("a", "a (1)"), [["x", "1"]]),
    "lines above": ("Report of May\n\na,b\nx,1\ny,2\n", ("a", "b"), [["x", "1"], ["y", "2"]]),
    "missing in the first row": ("2020-01-01,n/a\n2020-01-02,5\n", ("0", "1"), None),
    "quoted newline": ('a,b\n"x\ny",1\n', ("a", "b"), [["x\ny", "1"]]),
    "quote inside a cell": ('a,b\n5",1\n6",2\n', ("a", "b"), [['5"', "1"], ['6"', "2"]]),
    "blank after comma": ("a, b\nx, 1\n", ("a", "b"), [["x", "1"]]),
    "leading zeros stay": ("a,b\n0930,1\n", None, [["0930", "1"]]),
    "JSON lines": ('{"a":"x","b":1}\n\n{"b":null,"a":"y"}\n', ("a", "b"), [["x", "1"], ["y", ""]]),
    "JSON list": ('[["x",1],\n ["y",2]]', ("0", "1"), [["x", "1"], ["y", "2"]]),
    "JSON columns": ('{"a":["x","y"],"b":[1,2]}', ("a", "b"), [["x", "1"], ["y", "2"]]),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_read_knows_the_shape(tmp_path, shape):
    text, names, rows = SHAPES[shape]
    table, found = cells(tmp_path, text)
    assert names is None or table.names == names
    assert rows is None or found == rows


def test_header_one_cell_short_gets_its_name(tmp_path):
    time, _ = cells(tmp_path, "Date,Open\n2020-01-02,09:30,5\n2020-01-02,09:31,6\n")
    assert time.names == ("Date", "Time", "Open")
    rownames, _ = cells(tmp_path, "size,age\nash,1,2\nelm,3,4\n")
    assert rownames.names == ("0", "size", "age")
    unnamed, _ = cells(tmp_path, "Date,Open\n2020-01-02,5,100\n2020-01-03,6,100\n")
    assert unnamed.names == ("Date", "Open", "2")
    ended, _ = cells(tmp_path, "Date,Open\n2020-01-02,5,\n2020-01-03,6,\n")
    assert ended.names == ("Date", "Open", "2")
    assert all("header" in table.repairs[0] for table in (time, rownames, unnamed, ended))


def test_words_mark_a_header_where_all_is_text(tmp_path):
    text = "text,emoji\nhello,x\nbye,y\n"
    assert cells(tmp_path, text)[0].names == ("0", "1")
    assert cells(tmp_path, text, words=("text", "label"))[0].names == ("text", "emoji")


def test_what_is_no_row_is_left_out_and_counted(tmp_path):
    body = "".join(f"2020-01-{day:02d},{day},x\n" for day in range(1, 21))
    text = f"# made today\nday,n,t\n{body}\nday,n,t\n# half way\n2020-02-01,1\n2020-02-02,2,x\n"
    text += "\nSource: me\n,Average:5\n"
    table, found = cells(tmp_path, text)
    assert table.rows == len(found) == 22
    assert found[20] == ["2020-02-01", "1", ""]
    assert "1 lines before the table" in table.layout
    assert table.repairs == (
        "1 blank line skipped",
        "1 header line in the middle left out",
        "1 comment line left out (row 25: # half way)",
        "2 lines below the table left out (row 29: Source: me)",
        "1 row has fewer cells (row 26: 2020-02-01,1)",
    )
    assert table.columns([0]).index[[0, 19, 20, 21]].tolist() == [3, 22, 26, 27]


def test_quotes_behind_backslashes_are_quotes(tmp_path):
    escaped = write(tmp_path, 'say,n\n"the \\"old\\" one, again",1\nplain,2\n')
    assert tables.read(escaped).columns([0])[0].tolist() == ['the "old" one, again', "plain"]
    folders = write(tmp_path, 'at,n\n"C:\\",1\n"D:\\",2\n')
    assert tables.read(folders).columns([0])[0].tolist() == ["C:\\", "D:\\"]


def test_line_numbers_count_lines_inside_quotes(tmp_path):
    table, _ = cells(tmp_path, 'a,b\n"x\n\ny",1\nz,2\n')
    assert table.columns([0]).index.tolist() == [2, 5]


def test_numbers_come_as_text_where_one_is_none(tmp_path):
    rows = [f"x,{i}" for i in range(300_000)]
    rows[250_000] = "x,1.5K"
    table = tables.read(write(tmp_path, "a,b\n" + "\n".join(rows)))
    found = table.columns([1], numbers=[1])[1]
    assert found.iloc[0] == "0"
    assert found.loc[250_002] == "1.5K"


def test_columns_asked_for_in_another_order_stay_themselves(tmp_path):
    table = tables.read(write(tmp_path, "d,a,b,c\nx,1K,2K,3K\ny,4K,5K,6K\n"))
    found = table.columns([3, 1, 2], numbers=[3, 1, 2])
    assert [found[index].tolist() for index in (1, 2, 3)] == [
        ["1K", "4K"],
        ["2K", "5K"],
        ["3K", "6K"],
    ]


CODES = {
    "cp1252": ("Datum;Schlußkurs\n", ("schlußkurs",)),
    "gb18030": ("日期,收盘\n", ("收盘",)),
    "cp932": ("日付,終値\n", ("終値",)),
    "cp949": ("날짜,종가\n", ("종가",)),
    "cp1251": ("Дата;Закрытие\n", ()),
}


@pytest.mark.parametrize("code", CODES)
def test_other_encodings_are_guessed_and_said(tmp_path, code):
    head, words = CODES[code]
    mark = ";" if ";" in head else ","
    text = head + "".join(f"2020-01-{day:02d}{mark}{day}\n" for day in range(1, 20))
    table, _ = cells(tmp_path, text.encode(code), words=words)
    assert ",".join(table.names) == head.strip().replace(";", ",")
    assert table.repairs == (f"not UTF-8: read as {code}, a guess",)


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n", "empty"),
    "zeros": (b"PK\x00\x00\x00\x01\x02", "not a text file"),
    "damaged gzip": (gzip.compress(b"a,b\n1,2\n" * 99)[:-9], "damaged gzip"),
    "damaged zip": (b"PK\x03\x04\x00\x00", "damaged zip"),
    "two members": (zipped(**{"a.csv": "a", "b.csv": "b"}), "a.csv, b.csv"),
    "web page": (b"<!DOCTYPE html><html>", "web page"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1", "save it as .xlsx"),
    "open quote": (b'a,b\nx,1\n"y,2\nz,3\n', "row 3: a quote opens"),
    "too many cells": (b"a,b\nx,1\ny,1,5\nz,3\n", "row 3: expected 2 columns, found 3"),
    "two tables": (b"a,b,c\n" + b"x,1,2\n" * 60 + b"x,1\n" * 40 + b"x,1,2\n", "row 62: expected 3"),
    "header only": (b"a,b\n", "no rows of data"),
    "damaged JSON lines": (b'{"a":1}\n{"a":\n', "row 2: damaged JSON"),
    "no list": (b'{"a":1}', "other JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_is_refused_with_its_place(tmp_path, case):
    content, expected = REFUSED[case]
    with pytest.raises(InputError) as caught:
        cells(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "x.csv"))
    assert expected in str(caught.value)


def test_cells_too_many_are_left_out_where_asked(tmp_path):
    table, found = cells(tmp_path, "x,1\ny,1,note\nz,3\n", surplus=True)
    assert found == [["x", "1"], ["y", "1"], ["z", "3"]]
    assert "1 row has cells too many" in table.repairs[0]


def test_bombs_are_refused_before_memory_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    for pack in ("gzip", "bzip2", "xz", "zip"):
        with pytest.raises(InputError, match="unpacks to over"):
            cells(tmp_path, PACKINGS[pack](b"x,1\n" * 1000))


def test_excel_is_read_by_its_only_sheet(tmp_path):
    pytest.importorskip("openpyxl")
    frame = pd.DataFrame({"day": pd.to_datetime(["2020-01-02", "2020-01-03"]), "n": [1.5, 2]})
    frame.to_excel(tmp_path / "x.xlsx", index=False, sheet_name="May")
    table = tables.read(tmp_path / "x.xlsx")
    assert table.names == ("day", "n")
    assert table.columns([1], numbers=[1])[1].tolist() == [1.5, 2]
    assert "sheet 'May'" in table.layout


def test_extras_are_named_when_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'pip install "lstmkit\[parquet\]"'):
        cells(tmp_path, b"PAR1....PAR1")
    with pytest.raises(InputError, match=r'pip install "lstmkit\[excel\]"'):
        cells(tmp_path, zipped(**{"[Content_Types].xml": "", "xl/workbook.xml": ""}))


def test_records_across_blocks_are_those_of_the_csv_module(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "BLOCK", 7)
    rng = np.random.default_rng(0)
    words = ["", "a", '"b,c"', '"d\ne"', '"f""g"', "12.5"]
    rows = [",".join(rng.choice(words, 3)) + ",end" for _ in range(200)]
    found = records.scan("\n".join(rows).encode(), ",", tmp_path)
    assert (found.counts == 4).all()
    assert [found.text(i) for i in range(200)] == rows
    expected = 1 + np.cumsum([0, *(1 + row.count("\n") for row in rows)])[:-1]
    assert found.lines.tolist() == expected.tolist()
