"""How much is read of what others made: never more than a bound, and no memory before the bytes."""

from typing import IO

BLOCK = 1 << 20


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
