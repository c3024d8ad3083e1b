"""How a failed program is told: which code, the end of what it printed, and the undeclared file that it asked for."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.words import duration
from mlspec.runtime.context import Context
from mlspec.runtime.fence.refused import made_by
from mlspec.runtime.step.program import Ended
from mlspec.runtime.step.room import Room

_WORD = re.compile(r"[^\s'\"`()\[\]{}<>,;:=|]+")
_REFUSED = re.compile(
    r"permission denied|no such file|cannot open|can't open|not found|does not exist|errno (?:2|13)\b|no module named", re.IGNORECASE
)
_MODULE = re.compile(r"No module named '([\w.]+)'")


def failed(context: Context, params: Mapping[str, Any], room: Room, ended: Ended) -> Problems:
    """The diagnostic of a program that ended badly: MLS0608 when its time was over, MLS0605 when a file was refused, else MLS0607."""
    what = _shown(ended.words, params)
    if ended.late:
        advice = "give it more time, `resources: {timeout: 2h}`, or less to do"
        return problem("MLS0608", f"{what} took longer than {duration(ended.seconds)}, and was ended{_end(ended)}", help=advice)
    path = _asked(context, room, ended.end)
    if path is not None:
        return problem(
            "MLS0605", f"{what} asked for `{path}`, which {_who(params)} does not declare{_end(ended)}", help=_line(context, path, params)
        )
    if "callable" in params and ended.status == 1:
        return problem("MLS0602", ended.end or f"{what} failed", help="mend it; docs/guides/steps.md says what it is given")
    return problem("MLS0607", f"{what} {_how(ended.status)}{_end(ended)}", help="the lines above are the last that it printed")


def require_no_undeclared(context: Context, params: Mapping[str, Any], room: Room, ended: Ended) -> None:
    """A program that ended well and complained that a file of the repository is not to be had did without it: raises MLS0605."""
    path = _asked(context, room, ended.end)
    if path is not None:
        message = (
            f"{_shown(ended.words, params)} asked for `{path}`, which {_who(params)} does not declare; "
            "what it did without the file is not kept"
        )
        raise problem("MLS0605", message, help=_line(context, path, params))


def _shown(words: tuple[str, ...], params: Mapping[str, Any]) -> str:
    return f"`{params['callable']}`" if "callable" in params else f"`{' '.join(words)[:200]}`"


def _who(params: Mapping[str, Any]) -> str:
    """What declares: a step, or who else has a program."""
    return str(params.get("who", "the step"))


def _how(status: int) -> str:
    if status >= 0:
        return f"ended with the code {status}"
    name = signal.Signals(-status).name if -status in {int(s) for s in signal.Signals} else str(-status)
    return f"was killed by {name}" + (": is there enough memory?" if -status == signal.SIGKILL else "")


def _end(ended: Ended) -> str:
    return f":\n{ended.end}" if ended.end.strip() else "; it printed nothing"


def _asked(context: Context, room: Room, text: str) -> str | None:
    """The first file or folder of the repository that it complained of as not to be had, and that is there and not in its room."""
    for word in (word for line in text.splitlines() if _REFUSED.search(line) for word in _words(line)):
        path = _from_root(context, room, word)
        if path and not _is_laid(room, path) and (context.root / path).exists():
            return path
    return None


def _words(line: str) -> Iterator[str]:
    """What may be a path in a line, a Python module among it."""
    if module := _MODULE.search(line):
        yield from (f"{module[1].replace('.', '/')}.py", f"{module[1].replace('.', '/')}/")
    for word in _WORD.findall(line):
        yield from (word, word.rstrip("."))


def _from_root(context: Context, room: Room, word: str) -> str | None:
    if "/" not in word and "." not in word:
        return None
    full = os.path.normpath(room.base / word)
    for base in (str(room.base), str(context.root)):
        if full.startswith(f"{base}/"):
            path = os.path.relpath(full, base)
            return None if path.split("/")[0] in (".git", ".venv", "..") or (context.root / path).is_relative_to(context.folder) else path
    return None


def _is_laid(room: Room, path: str) -> bool:
    known = [*room.laid, *room.outputs]
    return any(path == one or path.startswith(f"{one}/") or one.startswith(f"{path}/") for one in known)


def _line(context: Context, path: str, params: Mapping[str, Any]) -> str:
    made = made_by(path)
    kind = made[0] if made else "folder" if (context.root / path).is_dir() else "file"
    name = Path(path).name
    alias = made[1] if made else name.partition(".")[0] or name.lstrip(".")
    line = f"{alias}: {{{kind}: {made[1] if made else path}}}"
    add = f"add `{line}` to `inputs`" if params.get("inputs") else f"add `inputs: {{{line}}}` under {params.get('under', 'spec')}"
    return f"{add}, and run `mlspec apply`"
