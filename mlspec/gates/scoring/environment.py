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
