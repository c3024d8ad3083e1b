"""One thread for numeric kernels: sums that threads add up in any order, or in parts that depend on their number, differ in the last bits.

Models and predictions must be the same bytes on a laptop with two cores and on a server with sixty-four. Trees of a forest are seeded
one by one and fitted in parallel where `n_jobs` says so: their order changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_ARROWS_ALLOCATOR = "JE_ARROW_MALLOC_CONF"
_pinned = threading.Event()


def pin_process() -> None:
    """Give the kernels of this process, and of those it starts, one thread each. Call it before numpy is imported."""
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    _pinned.set()


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread for kernels within the block; free of cost in a process that `pin_process` made."""
    if _pinned.is_set():
        yield
        return
    from threadpoolctl import threadpool_limits  # a dependency of scikit-learn

    with threadpool_limits(limits=1):
        yield


@contextlib.contextmanager
def in_order() -> Iterator[None]:
    """Like `one_thread`, and joblib works its tasks off one by one, whatever an estimator's `n_jobs` is: a forest adds up in order."""
    import joblib

    config: Any = joblib.parallel_config(backend="sequential")
    with one_thread(), config:
        yield


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Libraries that are imported within the block start no thread, so that the process may be forked afterwards.

    Arrow brings an allocator that starts one as it is loaded, though it is not the one in use.
    """
    quiet = {} if _ARROWS_ALLOCATOR in os.environ else {_ARROWS_ALLOCATOR: "background_thread:false"}
    os.environ.update(quiet)
    try:
        yield
    finally:
        for name in quiet:
            del os.environ[name]
