"""Folders in which libraries keep what they download. One that is not there yet is made before the fence closes.

The kernel grants what is there: what comes later, directly in a folder above the repository, can't be read in the same run. A fresh
machine has no `~/scikit_learn_data`, and a library that downloads into it reads it back at once.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

IN_HOME = (".cache", ".config", ".local", ".fastai", ".keras", ".surprise_data", "nltk_data", "scikit_learn_data", "statsmodels_data")
VARIABLES = (
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HF_HOME", "HF_HUB_CACHE", "HF_DATASETS_CACHE", "TRANSFORMERS_CACHE"),
    *("TORCH_HOME", "KERAS_HOME", "TFHUB_CACHE_DIR", "NLTK_DATA", "SCIKIT_LEARN_DATA", "SEABORN_DATA", "MPLCONFIGDIR"),
    *("NUMBA_CACHE_DIR", "JOBLIB_TEMP_FOLDER"),
)
"""Each names such a folder, or several as `PATH` does."""


def make_caches(root: Path) -> None:
    """Make those that are not there, lie outside the repository, and would come up directly in a folder above it.

    What is still empty when this process ends is removed.
    """
    for folder in _missing(root):
        with contextlib.suppress(OSError):  # a home that can't be written to: no library will either
            folder.mkdir(mode=0o700)
            atexit.register(_remove_if_empty, folder)


def _missing(root: Path) -> Iterator[Path]:
    """The first folder that is missing on the way to each."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - as libraries do; it stays `~` where nobody knows a home
    named = [part for name in VARIABLES for part in os.environ.get(name, "").split(os.pathsep) if part]
    places = [*((home / name) for name in IN_HOME if home.is_dir()), *(Path(os.path.expanduser(part)) for part in named)]  # noqa: PTH111
    for place in places:
        way = [place, *place.parents] if place.is_absolute() else []
        top = next((one for one, above in pairwise(way) if not one.exists() and above.is_dir()), None)
        if top is not None and root.is_relative_to(top.parent.resolve()) and not top.resolve().is_relative_to(root):
            yield top


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
