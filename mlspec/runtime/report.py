"""The one place where a stage writes to standard error."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Iterable

from mlspec.diagnostics import Diagnostic, sort_key


def say(text: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Write diagnostics in the full style."""
    from mlspec.diagnostics.render import render

    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    say(render(sorted(diagnostics, key=sort_key), "full", colour=colour).rstrip("\n"))


def bug(stage: str, error: BaseException) -> None:
    """Write what a maintainer needs to know of an exception that nobody foresaw."""
    from mlspec import __version__

    frames = "".join(traceback.format_exception(error)).rstrip()
    say(
        f"error[MLS0001]: this is a bug in mlspec (stage {stage}), not a mistake of yours\n"
        "  = help: please report it with the lines below\n\n"
        f"mlspec {__version__}, Python {platform.python_version()}, {platform.system()}\n{frames}"
    )
