"""Files made wrong: bytes, lines, JSON values and members of archives, changed by chance.

Chance is a `random.Random`, or what hypothesis gives in its place, which shrinks what it found.
"""

import contextlib
import gzip
import io
import json
import zipfile

BYTES = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0" * 8, b"\n", b'"')
TEXTS = (
    b"nan", b"inf", b"-inf", b"1e400", b"-1", b"0", b"99999999999999999999", b"", b" ", b"\x1b[31m",
    "é\u202e🙂".encode(), b"true", b"null", b"[", b"{", b"'", b",", b";", b"\t", b"%s", b"../x",
)  # fmt: skip
VALUES = (
    None, True, False, -1, 0, 1, 2**31, 2**63, 10**40, -0.5, 1e308, float("nan"), float("inf"),
    "", "x", "\x1b[31m", "a" * 3000, "1970-01-01", [], {}, [[]], [None], {"": None}, [1] * 50,
)  # fmt: skip
MOST_EDITS = 6
MOST_MEMBER = 1 << 22


def mutated(content, chance, *, tokens=(), others=(b"",)):
    """Return the content of a file with a few things changed.

    Args:
        content: The bytes of a good file.
        chance: What draws.
        tokens: Words of the field, as bytes.
        others: Other good files, to splice with.
    """
    if content[:4] == b"PK\3\4" and chance.random() < 0.8:
        return _member(content, chance, tokens)
    if content[:2] == b"\x1f\x8b" and chance.random() < 0.7:
        return gzip.compress(mutated(gzip.decompress(content), chance, tokens=tokens), 1, mtime=0)
    if content[:1] in (b"{", b"[") and chance.random() < 0.6:
        with contextlib.suppress(ValueError):
            return _json(content, chance)
    for _ in range(chance.randint(1, MOST_EDITS)):
        content = _edited(content, chance, tokens, others)
    return content


def _edited(content, chance, tokens, others):
    start = chance.randint(0, len(content))
    stop = min(len(content), start + chance.choice((1, 1, 1, 2, 4, 8, 64, 1000)))
    piece = content[start:stop]
    kind = chance.randint(0, 8)
    if kind == 0:
        piece = bytes(byte ^ (1 << chance.randint(0, 7)) for byte in piece[:4]) + piece[4:]
    elif kind == 1:
        piece = b""
    elif kind == 2:
        piece *= chance.choice((2, 3, 50))
    elif kind == 3:
        piece = chance.choice(BYTES)
    elif kind == 4:
        piece += chance.choice(TEXTS)
    elif kind == 5:
        piece = chance.choice(tokens or TEXTS)
    elif kind == 6:
        return content[:start] if chance.random() < 0.3 else _line(content, chance)
    elif kind == 7:
        other = chance.choice(others)
        return content[:start] + other[chance.randint(0, len(other)) :]
    else:
        piece = bytes(chance.randint(0, 255) for _ in range(chance.randint(1, 4)))
    return content[:start] + piece + content[stop:]


def _line(content, chance):
    """Drop, double or move a line."""
    lines = content.split(b"\n")
    at, to = chance.randint(0, len(lines) - 1), chance.randint(0, len(lines) - 1)
    line = lines.pop(at) if chance.random() < 0.6 else lines[at]
    if chance.random() < 0.7:
        lines.insert(to, line)
    return b"\n".join(lines)


def _json(content, chance):
    """Put an odd value in the place of one, or take one away."""
    whole = {"": json.loads(content)}
    here, key = whole, ""
    while isinstance(here[key], dict | list) and here[key] and chance.random() < 0.85:
        here = here[key]
        key = chance.choice(list(here)) if isinstance(here, dict) else chance.randrange(len(here))
    if chance.random() < 0.2 and here is not whole:
        del here[key]
    else:
        here[key] = chance.choice(VALUES)
    return json.dumps(whole[""]).encode()


def _member(content, chance, tokens):
    """Change one member of a ZIP archive, whose checksums fit again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    name = chance.choice(list(members))
    members[name] = mutated(members[name], chance, tokens=tokens)[:MOST_MEMBER]
    if chance.random() < 0.05:
        members[name + "x"] = members.pop(name)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)
    return stream.getvalue()
