"""What `run.json` holds, checked as it is read: a user, or another program, may have written it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lstmkit.errors import InputError
from lstmkit.files import read_json


class _Loose(BaseModel):
    """Some keys of an object, each of its type where it is there; others may stand beside them."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Input(_Loose):
    path: str
    sha256: str


class _Manifest(_Loose):
    pipeline: str = ""
    verb: str = ""
    name: str = ""
    status: str = ""
    created: str = ""
    seed: int | None = None
    command: list[str] = []
    inputs: list[_Input] | None = None
    versions: dict[str, str] = {}
    timings: dict[str, float] = {}
    process: dict[str, Any] = {}
    files: dict[str, str | None] = {}
    columns: Annotated[list[str | None], Field(min_length=2, max_length=2)] = [None, None]
    model: str | None = None


def read(path: Path) -> dict[str, Any]:
    """Return the content of a `run.json`.

    Raises:
        InputError: It is missing or damaged, or a key is not of its type.
    """
    content = read_json(path)
    try:
        _Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{path}: damaged: {where}: {first['msg']}, found {first['input']!r:.60}; make "
            f"the run again"
        ) from error
    return content
