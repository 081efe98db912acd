"""Where data files are looked for: the path as given, then the user's data folder."""

import os
from pathlib import Path

import platformdirs

from lstmkit.errors import InputError


def data_folder() -> Path:
    """Return the user's data folder: ``$LSTMKIT_DATA``, else the system's place for such data."""
    chosen = os.environ.get("LSTMKIT_DATA")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("lstmkit", appauthor=False))


def locate(path: Path, *, remedy: str) -> Path:
    """Return the file a user means by `path`.

    Args:
        path: As given on the command line.
        remedy: What to do when there is no such file; ends the error.

    Raises:
        InputError: The file is neither there nor in the user's data folder.
    """
    places = [path]
    if not path.is_absolute():
        places.append(data_folder() / path)
    for place in places:
        try:
            if place.exists():
                return place
        except (OSError, ValueError) as error:  # too long a name, or one that no file can have
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{str(path)!r:.100}: no file of this name ({reason})") from error
    looked = " and ".join(str(place.absolute()) for place in places)
    raise InputError(f"{path}: no such file; looked for {looked}; {remedy}")
