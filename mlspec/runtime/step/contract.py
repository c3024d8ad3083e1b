"""What a program is told, and by what: environment variables alone, from a list of those that it may have."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.step.room import Room
from mlspec.runtime.threads import VARIABLES

_HANDED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *(
        "JAVA_HOME",
        "R_HOME",
        "R_LIBS",
        "R_LIBS_USER",
        "R_LIBS_SITE",
        "JULIA_DEPOT_PATH",
        "JULIA_PROJECT",
        "CUDA_HOME",
        "CUDA_VISIBLE_DEVICES",
    ),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT", "MLSPEC_CONFINE"),
)
"""Where programs and their libraries are found. Nothing that says who somebody is."""
_ALIKE = {
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "SOURCE_DATE_EPOCH": "315532800",
    "NO_COLOR": "1",
}
"""So that a program does the same on any machine: sorting, clocks of places, hashes, and the dates that tools write into files (1980)."""


def secrets_of(params: Mapping[str, Any]) -> dict[str, str]:
    """{name: value} of the secrets that the step declares. Raises MLS0636 for one that is not set."""
    names = params.get("secrets", ())
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise problem(
            "MLS0636", f"the step is to be given {', '.join(missing)}, and no such variable is set", help="set it where the step runs"
        )
    return {name: os.environ[name] for name in names}


def environment(params: Mapping[str, Any], room: Room, secrets: Mapping[str, str]) -> dict[str, str]:
    """All variables that the program has."""
    inputs = {alias: _absolute(room.base, paths) for alias, paths in room.inputs.items()}
    threads = str(params["threads"])
    told = {
        "MLSPEC_INPUTS": _json(inputs),
        "MLSPEC_PARAMS": _json(params["params"]),
        "MLSPEC_OUTPUT": str(room.base),
        "MLSPEC_SEED": str(params["seed"]),
        "MLSPEC_THREADS": threads,
    }
    told |= {f"MLSPEC_INPUT_{variable(alias)}": path for alias, path in inputs.items() if isinstance(path, str)}
    told |= {
        f"MLSPEC_PARAM_{variable(name)}": _plain(value) for name, value in params["params"].items() if not isinstance(value, dict | list)
    }
    caches = {"TMPDIR": str(room.temporary), "XDG_CACHE_HOME": f"{room.temporary}/cache", "MPLCONFIGDIR": f"{room.temporary}/matplotlib"}
    known = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    paths = [str(room.base), *(_own_packages() if "callable" in params else ())]
    return {**known, **_ALIKE, **dict.fromkeys(VARIABLES, threads), **caches, "PYTHONPATH": os.pathsep.join(paths), **secrets, **told}


def variable(name: str) -> str:
    """As `language.kinds.step.variable_of`, which holds that no two are alike."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _own_packages() -> list[str]:
    """Where this process finds mlspec and libraries."""
    return [entry for entry in sys.path if entry and Path(entry).is_absolute() and Path(entry).is_dir()]


def _absolute(base: Path, paths: str | list[str]) -> str | list[str]:
    return str(base / paths) if isinstance(paths, str) else [str(base / path) for path in paths]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
