"""The report of a bug of ours: everything a maintainer needs, ready to paste."""

from __future__ import annotations

import platform
import sys
import traceback


def report(bug: BaseException) -> str:
    """Return the text to print for an unexpected exception."""
    from mlspec import __version__

    frames = "".join(traceback.format_exception(bug)).rstrip()
    return (
        "error[MLS0001]: this is a bug in mlspec, not a mistake of yours\n"
        "  = help: please report it with the lines below\n\n"
        f"mlspec {__version__}, Python {platform.python_version()}, {platform.system()}\n"
        f"command: mlspec {' '.join(sys.argv[1:])}\n{frames}"
    )
