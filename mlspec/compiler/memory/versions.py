"""By what program an outcome was made: mlspec's own code, Python, and whatever can be imported. Another one's records are not read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

FORMAT = 1
"""Counts changes of what records hold."""


def program() -> str:
    """`sha256:<hex>` of mlspec's code, the version of Python, and the names in every folder that is imported from.

    Distributions have their version in the name of a folder there (`pydantic-2.12.0.dist-info`), so that another version of any of them,
    and a library more or less, makes another program.
    """
    digest = sha256(f"{FORMAT}\0{sys.version}\0{sys.platform}\0{sys.flags.optimize}\0".encode())
    for path, content in _code():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    for folder in sys.path:
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []  # noqa: PTH112, PTH208 - start-up
        digest.update("\0".join([folder, *names, ""]).encode("utf-8", "surrogateescape"))
    return f"sha256:{digest.hexdigest()}"


def _code() -> Iterator[tuple[str, bytes]]:
    """Every module of mlspec, as it stands: an editable installation changes under one version."""
    folders = [str(Path(__file__).parents[2])]
    while folders:
        inner = []
        for entry in sorted(os.scandir(folders.pop()), key=lambda e: e.name):
            if entry.name.endswith(".py"):
                with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123 - hundreds of files
                    yield entry.path, file.read()
            elif entry.name != "__pycache__" and entry.is_dir():
                inner.append(entry.path)
        folders += inner[::-1]
