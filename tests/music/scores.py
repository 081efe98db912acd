"""Small MusicXML files, written out for the tests."""

from collections.abc import Iterable, Sequence

TIME = "<time><beats>4</beats><beat-type>4</beat-type></time>"
STEPS = "CDEFGABCDEFG"


def note(step: int, extra: str = "", length: int = 4) -> str:
    """Return a note of the scale of C above C4; an eighth of a bar unless told."""
    pitch = f"<pitch><step>{STEPS[step]}</step><octave>{4 + step // 7}</octave></pitch>"
    before, after = (extra, "") if extra == "<cue/>" else ("", extra)
    return f"<note>{before}{pitch}<duration>{length}</duration>{after}</note>"


def harmony(root: str, kind: str, *degrees: tuple[int, int, str], text: str = "") -> str:
    """Return a chord symbol with degrees of (value, alter, type)."""
    alter = f"<root-alter>{root.count('#') - root.count('b')}</root-alter>" if root[1:] else ""
    changes = "".join(
        f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
        f"<degree-type>{what}</degree-type></degree>"
        for value, alter, what in degrees
    )
    shown = f' text="{text}"' if text else ""
    return (
        f"<harmony><root><root-step>{root[0]}</root-step>{alter}</root>"
        f"<kind{shown}>{kind}</kind>{changes}</harmony>"
    )


def bars_of(bars: Sequence[str], attributes: str = "") -> Iterable[str]:
    """Return measures; the first with divisions of 8 and a metre of 4/4."""
    first = f"<attributes><divisions>8</divisions>{attributes}{TIME}</attributes>"
    for number, bar in enumerate(bars, 1):
        yield f'<measure number="{number}">{first if number == 1 else ""}{bar}</measure>'


def score(*parts: tuple[str, Sequence[str], str]) -> str:
    """Return a file of parts: name, bars, further attributes."""
    listed = "".join(
        f'<score-part id="P{i}"><part-name>{name}</part-name></score-part>'
        for i, (name, _, _) in enumerate(parts)
    )
    content = "".join(
        f'<part id="P{i}">{"".join(bars_of(bars, attributes))}</part>'
        for i, (_, bars, attributes) in enumerate(parts)
    )
    return (
        f'<score-partwise version="4.0"><part-list>{listed}</part-list>{content}</score-partwise>'
    )


BAR = "".join(note(step) for step in range(8))
