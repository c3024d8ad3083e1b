"""Stops the cyclic garbage collector while a project is read: thousands of node trees hold no circle, and each pass looks at them all."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Run the block (or, as a decorator, the function) without collections; what counts references still frees at once."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
