"""The environment of a process that scores: what it needs to run, named one by one. No token, key or address of a service is among it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_KEPT = re.compile(
    r"PATH|LANG|LC_[A-Z]+|TZ|LD_LIBRARY_PATH|DYLD_(FALLBACK_)?LIBRARY_PATH|(CUDA|ROCR|HIP)_VISIBLE_DEVICES|CUDA_HOME"
    r"|(OMP|OPENBLAS|MKL|BLIS|NUMEXPR|VECLIB|LOKY|POLARS)_[A-Z_]*(THREADS|CPU_COUNT)|PYTHONHASHSEED"
)


def scrubbed(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that may be handed on: paths of programs and libraries, language, time zone, threads."""
    return {k: v for k, v in (os.environ if environment is None else environment).items() if _KEPT.fullmatch(k)}


SECONDS_VARIABLE, CONFINE_VARIABLE = "MLSPEC_SCORE_SECONDS", "MLSPEC_CONFINE"
GIVEN = (SECONDS_VARIABLE, CONFINE_VARIABLE, "HOME")
"""What a desk is told with each piece of work: these may change while it lives, and the home folder is one that no errand may read."""


def handed_over() -> dict[str, str]:
    """The variables of this process that a desk works by."""
    return {name: os.environ[name] for name in GIVEN if name in os.environ}


def take_over(given: Mapping[str, str]) -> None:
    """Set them in a desk, and no others."""
    for name in GIVEN:
        os.environ.pop(name, None)
    os.environ.update({name: given[name] for name in GIVEN if name in given})
