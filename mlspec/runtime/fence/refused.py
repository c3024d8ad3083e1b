"""Which undeclared path an error is about, and the line of the spec that would declare it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.fence.close import Fence
from mlspec.runtime.fence.watch import fixed_part

_QUOTED = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"|`([^`\n]+)`")


def refused_by(fence: Fence, error: BaseException) -> str | None:
    """The path, from the root, of the repository's file or folder that the code asked for and does not declare."""
    for text in _paths_in(error):
        found = fence.undeclared(fixed_part(text)) if fixed_part(text) else None
        if found and found != ".":
            return found
    return fence.watch.opened[-1] if fence.watch.opened else None


def _paths_in(error: BaseException) -> Iterator[str]:
    """What an error and those behind it name: by attribute, in quotes, or as a word."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        named = (getattr(at, key, None) for key in ("filename", "filename2"))
        yield from (os.fsdecode(name) for name in named if isinstance(name, str | bytes))
        if isinstance(at, ModuleNotFoundError) and at.name:
            module = at.name.replace(".", "/")
            yield from (f"{module}.py", module)
        command = getattr(at, "cmd", ())
        for text in (str(at), *((command,) if isinstance(command, str) else map(str, command or ()))):
            yield from (next(filter(None, match.groups())) for match in _QUOTED.finditer(text))
            yield from (word.strip(".,:;()[]'\"`") for word in text.split() if "/" in word or "." in word)
        at = at.__cause__ or at.__context__


_MADE = re.compile(r"pipelines/(?:data/([^/]+)/valid\.parquet|features/([^/]+)/features\.parquet|models/([^/]+)/.+)")


def made_by(path: str) -> tuple[str, str] | None:
    """How an input names what stages make: (source, NAME), (features, NAME) or (model, NAME)."""
    found = _MADE.fullmatch(path)
    return next((kind, name) for kind, name in zip(("source", "features", "model"), found.groups(), strict=True) if name) if found else None


def undeclared(fence: Fence, path: str, code: str, place: str) -> Problems:
    """The diagnostic: what was asked for, by which function, and the line to add."""
    message = f"`{code}` reads `{path}`, which it does not declare{place}"
    return problem("MLS0605", message, help=_line(fence, path, code))


def _line(fence: Fence, path: str, code: str) -> str:
    full = fence.context.root / path
    params = fence.context.params
    measuring = [*params.get("own", {}).values(), params.get("search", {}).get("own", {})]
    if any(one.get("callable") == code for one in measuring):
        return "a metric reads no files: give it what it needs as a column of the rows, or as `params`"
    if fence.declared.ejected:
        dep = os.path.relpath(full, fence.context.folder)
        where = f"`deps` of the stage {fence.context.stage} in dvc.yaml"
        return f"add `- {dep}` to {where}; a file that the code itself writes belongs in a temporary folder"
    if path.endswith(".py") or (full.is_dir() and any(full.glob("*.py"))):
        return (
            f"it is code: put its folder under `code` in mlspec.yaml (`code: [{path.split('/', maxsplit=1)[0]}]`), and run `mlspec apply`"
        )
    made = made_by(path)
    made = None if made and made[0] == "model" else made  # a function is given none
    alias = made[1] if made else path.rpartition("/")[2].partition(".")[0] or path.rpartition("/")[2].lstrip(".")
    key = made[0] if made else "folder" if full.is_dir() else "file"
    given = f"{alias}: {{{key}: {alias if made else path}}}"
    where, section = _section(fence, code)
    add = f"add `{given}` to `inputs`" if section.get("inputs") else f"add `inputs: {{{given}}}`"
    if path.startswith("pipelines/") and not made:
        return "other stages write it, and nothing says that they run first: read the accepted rows of a source, `{source: NAME}`"
    return f"{add} under {where}, and run `mlspec apply`; a file that the code itself writes belongs in a temporary folder"


def _section(fence: Fence, code: str) -> tuple[str, Mapping[str, Any]]:
    """Where the spec names the function, and what the stage's parameters say of it."""
    params = fence.context.params
    if fence.context.stage == "ingest":
        return ("spec.from", params["from"]["python"]) if "from" in params else ("spec.python", params.get("python", {}))
    if fence.context.stage == "features":
        return "spec", params
    if fence.context.stage == "validate":
        rules = [r for r in params.get("rules", ()) if r.get("python", {}).get("callable") == code]
        return f"`python` of the rule {rules[0]['name']}" if rules else "the rule's `python`", rules[0]["python"] if rules else {}
    return "spec.trainer", params.get("trainer", params.get("train", {}).get("trainer", {}))
