"""Build with setuptools in a temporary copy, so that a checkout may be read-only and stays clean.

setuptools writes ``build/`` and ``*.egg-info`` beside the sources. All else is its own backend, as
PEP 517 has it. An editable install needs the sources where they are, and is not copied.
"""

import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from setuptools import build_meta

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", "__pycache__", "outputs", "build", "dist", "*.egg-info"
)


def _in_a_copy(hook: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(hook)
    def run(*arguments: Any) -> Any:
        folders = [os.path.abspath(one) if isinstance(one, str) else one for one in arguments]
        source = Path.cwd()
        with tempfile.TemporaryDirectory() as temporary:
            copy = Path(temporary) / "source"
            shutil.copytree(source, copy, ignore=LEFT_OUT)
            for path in (copy, *copy.rglob("*")):
                path.chmod(path.stat().st_mode | 0o200)  # the copy of a read-only file is one too
            os.chdir(copy)
            try:
                return hook(*folders)
            finally:
                os.chdir(source)

    return run


get_requires_for_build_wheel = _in_a_copy(build_meta.get_requires_for_build_wheel)
get_requires_for_build_sdist = _in_a_copy(build_meta.get_requires_for_build_sdist)
prepare_metadata_for_build_wheel = _in_a_copy(build_meta.prepare_metadata_for_build_wheel)
build_wheel = _in_a_copy(build_meta.build_wheel)
build_sdist = _in_a_copy(build_meta.build_sdist)

get_requires_for_build_editable = build_meta.get_requires_for_build_editable
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable
build_editable = build_meta.build_editable
