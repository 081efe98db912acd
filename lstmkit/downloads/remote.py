"""What is known of a file of others before it is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """One file on a server.

    Attributes:
        name: What it is called in the user's data folder.
        url: Its address.
        size: Bytes.
        sha256: In hexadecimal.
        member: Of a ZIP archive: the file in it that is unpacked beside it; None: it is none.
    """

    name: str
    url: str
    size: int
    sha256: str
    member: str | None = None


@dataclass(frozen=True)
class Source:
    """A set of files with one name on the command line.

    Attributes:
        name: As in `lstmkit data fetch NAME`.
        what: What it holds, in a few words.
        licence: Under which terms its owner gives it.
        files: Its files.
        next_command: What to do with it.
    """

    name: str
    what: str
    licence: str
    files: tuple[RemoteFile, ...]
    next_command: str
