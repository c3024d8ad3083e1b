"""Power cuts at a named place: the work runs in a fork of this process, which ends by a real SIGKILL before or after that function ran."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from support.cli import WARM

LONGEST = 120
"""Seconds after which a fork that hangs is ended."""


def killed(work: Callable[[], Any], place: str, when: str) -> None:
    """Run `work` until the function named `place` (`package.module:name`), and kill it there. Fails when it never gets there."""
    WARM.start()
    process = os.fork()
    if process == 0:
        try:
            signal.alarm(LONGEST)
            module, _, name = place.partition(":")
            original = getattr(importlib.import_module(module), name)
            with patch(f"{module}.{name}", _dying(original, when)):
                work()
        finally:
            os._exit(7)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"{when} {place} was never reached: {status}"


def _dying(original: Callable[..., Any], when: str) -> Callable[..., Any]:
    def function(*args: Any, **named: Any) -> Any:
        if when == "after":
            original(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return function
