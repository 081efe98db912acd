"""How much is read of what others made: never more than a bound, and no memory before the bytes."""

import errno
import os
import stat
from pathlib import Path
from typing import IO

BLOCK = 1 << 20


def read_file(path: Path, most: int) -> bytes | None:
    """Return all that a file or a pipe holds; None where it is more than `most` bytes.

    Raises:
        OSError: It cannot be read, or it became shorter while it was read.
    """
    with _opened(path) as stream:
        promised = _size_of(stream)
        content = None if promised > most else read_at_most(stream, most)
    if content is not None:
        refuse_less(len(content), promised, path)
    return content


def read_at_most(stream: IO[bytes], most: int) -> bytes | None:
    """Return all that a stream holds; None where it is more than `most` bytes.

    Args:
        stream: A file, a pipe, or what unpacks one.
        most: Bytes.
    """
    content = bytearray()
    while block := stream.read(BLOCK):
        content += block
        if len(content) > most:
            return None
    return bytes(content)


def refuse_less(count: int, promised: int, path: Path) -> None:
    """Refuse a file of which fewer bytes came than it had when it was opened.

    Raises:
        OSError: That is so.
    """
    if count < promised:
        reason = (
            f"it became shorter while it was read ({promised:,} bytes, then {count:,}); is another "
            f"program writing it?"
        )
        raise OSError(errno.EIO, reason, str(path))


def _opened(path: Path) -> IO[bytes]:
    """Open a file; a folder is called one, which Windows calls a thing without permission."""
    try:
        return path.open("rb")
    except PermissionError as error:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path)) from error
        raise


def _size_of(stream: IO[bytes]) -> int:
    """Return how many bytes an ordinary file has; 0 for a pipe or a device."""
    status = os.fstat(stream.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
