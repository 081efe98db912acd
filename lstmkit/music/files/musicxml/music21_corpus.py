"""Pieces of music21's own corpus, in whatever format, through music21.

music21 takes over a second to import, so nothing but this module imports it, and nothing imports
this module but `sources` when such a piece is asked for.
"""

import difflib

import music21
from music21 import converter, corpus, stream
from music21.musicxml.m21ToXml import GeneralObjectExporter

from lstmkit.errors import InputError
from lstmkit.music.files.musicxml.reader import parse_musicxml
from lstmkit.music.files.score import Score

MUSICXML = (".xml", ".mxl", ".musicxml")


def parse(name: str) -> Score:
    """Read a piece that music21 ships, such as `bach/bwv66.6` or `joplin/maple_leaf_rag`.

    Raises:
        InputError: If music21 ships no such piece.
    """
    where = f"corpus:{name}"
    try:
        path = corpus.getWork(name)
    except Exception as error:
        known = [f"{p.parent.name}/{p.stem}" for p in corpus.getPaths()]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise InputError(
            f"{where}: music21 {music21.__version__} ships no such piece{hint}"
        ) from error
    title = name.replace("/", "-")
    if path.suffix in MUSICXML:
        return parse_musicxml(path.read_bytes(), name=title, where=where)
    try:
        parsed = converter.parse(path, forceSource=True, storePickle=False)
        if isinstance(parsed, stream.Opus):
            parsed = parsed.scores[0]
        written = GeneralObjectExporter(parsed).parse()
    except Exception as error:  # music21 raises whatever its readers and writers stumble over
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError(f"{where}: music21 cannot read it: {reason}") from error
    return parse_musicxml(written, name=title, where=where)
