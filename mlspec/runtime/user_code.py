"""Functions and classes that specs name: found, called, and their failures told as diagnostics."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.runtime.context import add_root


def load_callable(path: str, root: Path) -> Callable[..., Any]:
    """Return the function that `package.module:function` names, imported from the repository's root. Raises MLS0601."""
    add_root(root)
    module_name, _, name = path.partition(":")
    module = _import(module_name, path, "MLS0601")
    found = getattr(module, name, None)
    if not callable(found):
        near = did_you_mean(name, [n for n in vars(module) if not n.startswith("_")])
        raise problem("MLS0601", f"`{path}`: {module_name} has no function `{name}`", help=near)
    return found  # type: ignore[no-any-return]


def load_class(path: str, root: Path) -> type:
    """Return the class that a dotted path names. Raises MLS0650."""
    add_root(root)
    module_name, _, name = path.rpartition(".")
    module = _import(module_name, path, "MLS0650")
    found = getattr(module, name, None)
    if not isinstance(found, type):
        public = [n for n, v in vars(module).items() if isinstance(v, type)] + list(getattr(module, "__all__", []))
        raise problem("MLS0650", f"`{path}`: {module_name} has no class `{name}`", help=did_you_mean(name, public))
    return found


def _import(module_name: str, path: str, code: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise problem(code, f"`{path}` can't be imported: {error}", help=_missing_help(module_name, error)) from error
    except Exception as error:
        message = f"`{path}` can't be imported: {_last_lines(error)}"
        raise problem(code, message, help=f"importing {module_name} fails by itself: mend it first") from error


def _missing_help(module_name: str, error: ModuleNotFoundError) -> str:
    missing = error.name or module_name
    parent, _, name = module_name.rpartition(".")
    if missing == module_name and parent:
        near = _near_module(parent, name)
        if near:
            return near
    return "check the spelling; user code is imported from the repository's root, libraries from the requirements lock"


def _near_module(parent: str, name: str) -> str | None:
    import pkgutil

    package = importlib.import_module(parent)
    names = [m.name for m in pkgutil.iter_modules(getattr(package, "__path__", []))]
    return did_you_mean(name, [n for n in names if not n.startswith("_")])


def call(function: Callable[..., Any], path: str, *args: Any) -> Any:
    """Call user code. Raises MLS0602 with the end of its traceback when it raises."""
    try:
        return function(*args)
    except Problems:
        raise
    except Exception as error:
        raise problem(
            "MLS0602", f"`{path}` failed: {_last_lines(error)}", help="mend it; it is called as the reference of stages says"
        ) from error


def _last_lines(error: BaseException) -> str:
    """The error, and where in the user's files it was raised."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename and "/mlspec/runtime/" not in f.filename
    ]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
