"""Where the program of a model is installed: what a confined process may read in order to run it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.runtime.signature import Signature


def installed(words: Sequence[str], holes: Sequence[Path]) -> Iterator[Path]:
    """The folder above `bin/` of a command's first word, as the PATH has it and where its links lead; never one that holds a hole."""
    first = words[0] if words else ""
    found = first if first.startswith("/") else shutil.which(first) if "/" not in first else None
    if found is None:
        return
    for file in dict.fromkeys((Path(found), Path(found).resolve())):
        home = file.parents[1] if file.parent.name == "bin" else file.parent
        yield file if any(hole.is_relative_to(home) for hole in holes) else home


def of_training(params: Mapping[str, Any], holes: Sequence[Path]) -> Iterator[Path]:
    """What the programs of a stage's section are run by."""
    section = params.get("command", {})
    yield from installed(section.get("argv", ()), holes)
    yield from installed(section.get("predict", {}).get("argv", ()), holes)


def of_model(signature: Signature, holes: Sequence[Path]) -> Iterator[Path]:
    """What a model that is a program is run by."""
    argv = (signature.artifact or {}).get("argv", ())
    yield from installed(argv if isinstance(argv, list) and all(isinstance(word, str) for word in argv) else (), holes)
