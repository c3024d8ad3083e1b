"""A script or a notebook as Python's syntax tree, with the place of each line; broken files become diagnostics."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Span, problem
from mlspec.setup.adopt.facts import Place

MAX_BYTES = 8_000_000
"""No code of a person is larger; a notebook that is holds pictures, and can be saved without its outputs."""
_MAGIC = re.compile(r"^\s*(?:%%?\w|!|\?)|\?\s*$")


@dataclass(frozen=True, slots=True)
class Source:
    """`lines`: of a notebook, (cell, line) of each line of the text, from 1. `ordered`: whether the cells were run from top to bottom."""

    path: str
    tree: ast.Module
    lines: tuple[tuple[int, int], ...] = ()
    ordered: bool = True

    def place(self, node: ast.AST) -> Place:
        line = getattr(node, "lineno", 1)
        if not self.lines:
            return Place(self.path, line)
        cell, within = self.lines[min(line, len(self.lines)) - 1]
        return Place(self.path, within, cell)


def read_text(root: Path, path: str, most: int = MAX_BYTES) -> bytes:
    """A file of the repository. Raises MLS0550 where it is not there, leads out of the repository, or is too large."""
    full = root / path
    if not full.resolve().is_relative_to(root.resolve()):
        raise problem("MLS0550", f"`{path}` lies outside the repository", help="copy it in: what is imported must be under review")
    try:
        if not full.is_file():
            raise problem("MLS0550", f"there is no file `{path}`", help="name a file, relative to where you are")
        if full.stat().st_size > most:
            raise problem("MLS0550", f"`{path}` has more than {most // 1_000_000} MB", help="name the code, not its data or its outputs")
        return full.read_bytes()
    except OSError as error:
        raise problem("MLS0550", f"`{path}` can't be read: {error.strerror}") from None


def load_source(root: Path, path: str) -> Source:
    """Raises MLS0550, MLS0551 for what is no Python 3, MLS0552 for what is no notebook that is known."""
    content = read_text(root, path, MAX_BYTES * 8 if path.endswith(".ipynb") else MAX_BYTES)
    return _notebook(path, content) if path.endswith(".ipynb") else Source(path, _parse(path, _decoded(path, content)))


def _decoded(path: str, content: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise problem("MLS0551", f"`{path}` is no text that Python reads: {error}", span=Span(path), help="save it as UTF-8") from None


def _parse(path: str, text: str, where: Callable[[int], str] | None = None) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line, column = error.lineno or 1, max(1, error.offset or 1)
        told = "it looks like Python 2: `2to3` or a hand rewrites it" if _is_python_2(text) else "mend it, or leave it out"
        at = f" ({where(line)})" if where else ""
        span = Span(path, 1 if where else line, 1 if where else column, 1 if where else line, 2 if where else column + 1)
        raise problem("MLS0551", f"`{path}` is no Python 3{at}: {error.msg}", span=span, help=told) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise problem("MLS0551", f"`{path}` can't be parsed: {error}", span=Span(path), help="mend it, or leave it out") from None


def _is_python_2(text: str) -> bool:
    return bool(re.search(r"^\s*print\s+[^(\s=.]|except\s+\w[\w.]*\s*,\s*\w+\s*:|\bexec\s+['\"]|\bxrange\(", text, re.MULTILINE))


def _notebook(path: str, content: bytes) -> Source:
    try:
        form: Any = json.loads(content)
        version, cells = form["nbformat"], form.get("cells")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise problem("MLS0552", f"`{path}` is no notebook", span=Span(path), help="open and save it in Jupyter") from None
    if version != 4 or not isinstance(cells, list):
        advice = f"`jupyter nbconvert --to notebook --nbformat 4 {path}` writes it anew"
        raise problem("MLS0552", f"`{path}` is a notebook of version {version}, and 4 is read", span=Span(path), help=advice)
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    runs: list[int] = []
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        runs += [cell["execution_count"]] if isinstance(cell.get("execution_count"), int) else []
        source = cell.get("source", "")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        is_foreign = text.lstrip().startswith("%%")
        for within, line in enumerate(text.splitlines() or [""], 1):
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(f"{indent}pass" if is_foreign or _MAGIC.search(line) else line)
            places.append((number, within))
    tree = _parse(path, "\n".join(lines) + "\n", lambda line: "cell {}, line {}".format(*places[min(line, len(places)) - 1]))
    return Source(path, tree, tuple(places), ordered=runs == sorted(runs))
