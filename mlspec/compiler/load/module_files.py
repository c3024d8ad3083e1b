"""Where Python would find a module, and the names in its text, without importing anything."""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from mlspec.compiler.load import looked

_DYNAMIC = ("__getattr__", "globals(", "sys.modules", "exec(", "eval(", "setattr(", "import *")
"""A module whose text has one of these may hold more names than the text shows."""
_ELSEWHERE = ("sys.modules", "__path__", "exec(", "import *")
"""A package whose text has one of these may find modules where no folder of it holds them."""


@dataclass(frozen=True, slots=True)
class Text:
    """The names of a module: a class, the (module, name) that is imported under it, or None for what can't be followed."""

    names: dict[str, ast.ClassDef | tuple[str, str] | None] = field(default_factory=dict)
    is_whole: bool = True
    """Whether no name can be there that is not in `names`."""
    has_all_modules: bool = True
    """Whether its modules stand in its own folders."""


def find_module(root: Path, name: str) -> ModuleSpec | str | None:
    """Return where code at `root` finds a module; else the first part of its name that is not there, if that is sure."""
    first, *rest = name.split(".")
    spec = PathFinder.find_spec(first, [str(root), *sys.path]) or _by_hooks(first)
    looked.for_module([str(root), *sys.path], first)
    if spec is None:
        return first
    for part in rest:
        inner = f"{spec.name}.{part}"
        within = spec.submodule_search_locations
        found = None if within is None else PathFinder.find_spec(inner, list(within))
        looked.for_module(list(within or ()), part)
        if found is None:
            return inner if read_names(spec).has_all_modules else None
        spec = found
    return spec


def _by_hooks(name: str) -> ModuleSpec | None:
    """What other finders know: built-in modules, packages that are installed to be edited."""
    if name not in sys.builtin_module_names:
        looked.where_changes_are_not_seen()
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


def modules_in(root: Path, package: str) -> list[str]:
    """The modules in a package, or with "" all that can be imported."""
    looked.where_changes_are_not_seen()
    spec = find_module(root, package) if package else None
    folders = [str(root), *sys.path] if not package else list(getattr(spec, "submodule_search_locations", None) or ())
    return sorted({module.name for module in pkgutil.iter_modules(folders) if not module.name.startswith("_")})


def read_names(spec: ModuleSpec) -> Text:
    """The names of a module by its text; nothing whole where there is no text."""
    if spec.submodule_search_locations is not None and not spec.has_location:
        return Text()  # a folder without `__init__.py`
    path = Path(spec.origin or "")
    package = spec.name if spec.submodule_search_locations is not None else spec.name.rpartition(".")[0]
    unread = Text(is_whole=False, has_all_modules=False)
    looked.at_text(str(path))
    try:
        return _names(path, package, path.stat().st_mtime_ns) if path.suffix == ".py" else unread
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return unread


@lru_cache(maxsize=256)
def _names(path: Path, package: str, _changed: int) -> Text:
    text = path.read_text(encoding="utf-8")
    names: dict[str, ast.ClassDef | tuple[str, str] | None] = {}
    for statement in ast.parse(text).body:
        for name, what in _set_by(statement, package).items():
            names[name] = what if name not in names else None
    return Text(names, not any(word in text for word in _DYNAMIC), not any(word in text for word in _ELSEWHERE))


def _set_by(statement: ast.stmt, package: str) -> dict[str, ast.ClassDef | tuple[str, str] | None]:
    """What a statement of a module names."""
    if isinstance(statement, ast.ClassDef):
        return {statement.name: statement}
    if isinstance(statement, ast.ImportFrom):
        module = _absolute(statement, package)
        return {alias.asname or alias.name: (module, alias.name) for alias in statement.names}
    return dict.fromkeys(set_within(statement))


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    if not statement.level:
        return statement.module or ""
    above = package.split(".")[: len(package.split(".")) - statement.level + 1]
    return ".".join([*above, statement.module] if statement.module else above)


def set_within(statement: ast.AST) -> set[str]:
    """The names that a statement sets, or that anything in it does."""
    found: set[str] = set()
    for part in ast.walk(statement):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif isinstance(part, ast.alias):
            found.add(part.asname or part.name.partition(".")[0])
        elif isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(part.name)
    return found
