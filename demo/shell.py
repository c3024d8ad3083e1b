"""Runs the demo's commands: shown as typed, output as it comes, exit code and text checked."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.screen import Screen

FOLD_END = ("Promote ", "Roll ")


class Unexpected(Exception):
    """Something in the demo was not as it should be."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: its exit code, and what it printed (standard output and error together)."""

    code: int
    text: str


def environment() -> dict[str, str]:
    """The caller's environment with this Python's commands first, and without the caller's Git settings."""
    scripts = str(Path(sys.executable).parent)
    hermetic = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    return os.environ | hermetic | {"PATH": scripts + os.pathsep + os.environ.get("PATH", ""), "DVC_NO_ANALYTICS": "1"}


def run(screen: Screen, folder: Path, command: Sequence[str], *, code: int = 0, says: Sequence[str] = (), quiet: bool = False) -> Result:
    """Run a command in `folder`; of a pull request's text only the beginning is shown.

    Raises `Unexpected` when it ends with another code or does not say what it should.
    """
    screen.command(shlex.join(command), folder.name)
    result = _stream(screen, folder, command, quiet=quiet)
    if result.code != code:
        raise Unexpected(f"`{shlex.join(command)}` ended with exit code {result.code}, not {code}" + (f":\n{result.text}" if quiet else ""))
    check_says(shlex.join(command), result.text, says)
    return result


def _stream(screen: Screen, folder: Path, command: Sequence[str], *, quiet: bool) -> Result:
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    try:
        folded = False
        for line in process.stdout or ():
            lines.append(line)
            folded = line.startswith("### ") or (folded and not line.startswith(FOLD_END))
            if line.startswith("### KPIs"):
                screen.output("… the rest of the pull request's text is in the file named below …")
            if not quiet and not folded:
                screen.output(line.rstrip())
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return Result(code, "".join(lines))


def check_says(what: str, text: str, says: Sequence[str]) -> None:
    """Raise `Unexpected` unless every text of `says` stands in `text`."""
    missing = [s for s in says if s not in text]
    if missing:
        raise Unexpected(f"`{what}` does not say {', '.join(repr(m) for m in missing)}")
