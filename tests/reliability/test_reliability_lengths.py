"""Long text is gone through once: what looks back from each sign would take hours here."""

import io
import zipfile

import pytest

from lstmkit.config import load
from lstmkit.emoji import embeddings
from lstmkit.emoji.text import Reader
from lstmkit.errors import InputError
from lstmkit.music.files.charts import ireal
from lstmkit.music.files.musicxml import tree
from lstmkit.stock.config import StockConfig
from lstmkit.stock.reading import column

LONG = 1 << 19


@pytest.fixture(scope="module")
def reader():
    return Reader(embeddings.load(None).vocabulary)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sign", ["@", "a@", ".", "a.", ":)", "#", "&"])
def test_text_without_a_space(reader, sign):
    reader.read(sign * (LONG // len(sign)))


def test_addresses_and_handles_are_not_read(reader):
    said = "so happy (me@mail.example.org) @me @me@social.example thanks"
    assert [piece.surface for piece in reader.read(said)] == ["so", "happy", "thanks"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sign", ["<", "("])
@pytest.mark.parametrize("scrambled", ["", ireal.SCRAMBLED])
def test_chart_without_an_end(sign, scrambled):
    try:
        assert ireal.progression(f"irealb://{scrambled}{sign * (LONG // len(sign))}|", "x").strip()
    except InputError as error:
        assert "no chord chart" in str(error)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sign", ["(", " ", "[ "])
def test_name_of_a_column_without_an_end(sign):
    names = [sign * (LONG // len(sign)) + "x", "Close"]
    assert column._bare(names[0]).strip() == "x"
    assert column._bare("Close (USD)").strip() == "close"


@pytest.mark.timeout(60)
def test_declaration_of_xml_without_an_end():
    data = b"<?xml " + b"encoding = 'a' " * (LONG // 15)
    with pytest.raises(InputError, match="not a readable MusicXML file"):
        tree.read(data, "x")


@pytest.mark.timeout(60)
def test_container_that_names_nothing():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(tree.CONTAINER, "<rootfile " * (LONG // 10))
        archive.writestr("a.musicxml", "<score-partwise/>")
    assert tree.read(stream.getvalue(), "x").tag == "score-partwise"


@pytest.mark.timeout(60)
def test_choice_of_rows_without_an_end():
    with pytest.raises(InputError, match=r"data\.where: expected COLUMN=VALUE"):
        load(StockConfig, "stock", None, overrides=[f"data.where={'a' * LONG}"])
