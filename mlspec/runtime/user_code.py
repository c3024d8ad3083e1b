"""Functions and classes that specs name: found, called, and their failures told as diagnostics."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, extras, problem
from mlspec.runtime.context import add_root
from mlspec.runtime.fence import Fence, standing
from mlspec.runtime.fence.refused import refused_by, undeclared


def load_callable(path: str, root: Path) -> Callable[..., Any]:
    """Return the function that `package.module:function` names, imported from the repository's root. Raises MLS0601."""
    add_root(root)
    module_name, _, name = path.partition(":")
    module = _import(module_name, path, "MLS0601", root)
    found = getattr(module, name, None)
    if not callable(found):
        near = did_you_mean(name, [n for n in vars(module) if not n.startswith("_")])
        raise problem("MLS0601", f"`{path}`: {module_name} has no function `{name}`", help=near)
    return found  # type: ignore[no-any-return]


def load_class(path: str, root: Path) -> type:
    """Return the class that a dotted path names. Raises MLS0650."""
    add_root(root)
    module_name, _, name = path.rpartition(".")
    module = _import(module_name, path, "MLS0650", root)
    found = getattr(module, name, None)
    if not isinstance(found, type):
        public = [n for n, v in vars(module).items() if isinstance(v, type)] + list(getattr(module, "__all__", []))
        raise problem("MLS0650", f"`{path}`: {module_name} has no class `{name}`", help=did_you_mean(name, public))
    return found


def _import(module_name: str, path: str, code: str, root: Path) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        _raise_undeclared(error, path, root)
        raise problem(code, f"`{path}` can't be imported: {error}", help=_missing_help(module_name, error)) from error
    except Exception as error:
        _raise_undeclared(error, path, root)
        message = f"`{path}` can't be imported: {_last_lines(error, root)}"
        raise problem(code, message, help=f"importing {module_name} fails by itself: mend it first") from error


def _missing_help(module_name: str, error: ModuleNotFoundError) -> str:
    missing = error.name or module_name
    parent, _, name = module_name.rpartition(".")
    if missing == module_name and parent:
        near = _near_module(parent, name)
        if near:
            return near
    return (
        extras.advice(missing)
        or "check the spelling; user code is imported from the repository's root, libraries from the requirements lock"
    )


def _near_module(parent: str, name: str) -> str | None:
    import pkgutil

    package = importlib.import_module(parent)
    names = [m.name for m in pkgutil.iter_modules(getattr(package, "__path__", []))]
    return did_you_mean(name, [n for n in names if not n.startswith("_")])


def call_declared(
    root: Path, section: Mapping[str, Any], *given: Any, base: Path | None = None, settings: Mapping[str, Any] | None = None
) -> Any:
    """Import and call the function of a section (`callable`, `inputs`, `params`) at the repository's root; return what it returns.

    After `given` it gets `inputs`, {alias: path}, and `params`, as far as it takes them: by these names, else in this order.
    `base`: the checkout that holds the inputs, where it is not `root`. `settings`: of a trainer, which the section's `params` lie over;
    its `params` come first. Raises MLS0601, MLS0602, MLS0603 and MLS0605.
    """
    path, fence = section["callable"], standing()
    home = fence.base if fence else base or root
    with contextlib.chdir(home), heard(fence):
        function = load_callable(path, root)
        inputs = {alias: _there(home, path) for alias, path in section.get("inputs", {}).items()}
        params = {**(settings or {}), **section.get("params", {})}
        offered = {"inputs": inputs, "params": params} if settings is None else {"params": params, "inputs": inputs}
        positional, named = _arguments(function, offered, len(given))
        _require_taken(section, params, [*positional, *named.values()])
        found = call(function, path, *given, *positional, root=root, **named)
    if fence and (asked := fence.watch.asked()):
        raise undeclared(fence, asked, path, "; what it did without the file is not kept")
    return found


@contextlib.contextmanager
def heard(fence: Fence | None) -> Iterator[None]:
    """Listen to what the code opens while it runs."""
    if fence:
        fence.watch.listening = True
    try:
        yield
    finally:
        if fence:
            fence.watch.listening = False


def _arguments(function: Any, offered: Mapping[str, Any], given: int, by_name: Collection[str] = ()) -> tuple[list[Any], dict[str, Any]]:
    """What it takes of `offered` beyond `given`, the arguments that its kind always has: by position, and by name.

    A parameter that has another name gets what is left, in order.
    """
    try:
        taken = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C
        return [], {}
    own = [p for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][given:]
    named = {p.name: offered[p.name] for p in taken[given:] if p.name in offered and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    free = [value for name, value in offered.items() if name not in named and name not in by_name]
    if any(p.kind == p.VAR_POSITIONAL for p in taken) and not named:
        return free, {}
    rest = [p for p in own if p.name not in named and p.default is p.empty]
    pairs = list(zip(rest, free, strict=False))
    return [v for p, v in pairs if p.kind == p.POSITIONAL_ONLY], named | {p.name: v for p, v in pairs if p.kind != p.POSITIONAL_ONLY}


def arguments_of(function: Any, offered: Mapping[str, Any], by_name: Collection[str] = ()) -> tuple[list[Any], dict[str, Any]]:
    """What a function takes of `offered`: by position, and by name. A parameter that has another name gets what is left, in order, but for
    what is given `by_name` alone.
    """
    return _arguments(function, offered, 0, by_name)


def _require_taken(section: Mapping[str, Any], params: Any, taken: list[Any]) -> None:
    if section.get("params") and not any(value is params for value in taken):
        message = f"the spec gives `params` to `{section['callable']}`, which takes none"
        raise problem("MLS0602", message, help="let it take `(inputs, params)`, or remove `params` from the spec")


def _there(home: Path, path: str) -> Path:
    if not (home / path).exists():
        raise problem("MLS0603", f"`{path}`, an input of user code, is not there", help="put it there; `dvc pull` fetches what DVC tracks")
    return home / path


def call(function: Callable[..., Any], path: str, *args: Any, root: Path, **named: Any) -> Any:
    """Call user code. Raises MLS0602 with the end of its traceback when it raises, MLS0605 when it read what it may not."""
    try:
        return function(*args, **named)
    except Problems:
        raise
    except Exception as error:
        _raise_undeclared(error, path, root)
        raise problem("MLS0602", f"`{path}` failed: {_last_lines(error, root)}", help=_help(error)) from error


def _help(error: BaseException) -> str:
    """A file that is there and can't be read, outside the repository, came up after the fence was closed."""
    fence = standing()
    name = getattr(error, "filename", None)
    if fence and fence.by_kernel and isinstance(error, PermissionError) and isinstance(name, str) and os.path.exists(name):  # noqa: PTH110
        where = "what it makes itself, directly in a folder above the repository, it can't read in the same run"
        return f"{where}: let it write to a temporary folder, or below a folder that is there before (`~/.cache`)"
    return "mend it; it is called as the reference of stages says"


def _raise_undeclared(error: BaseException, path: str, root: Path) -> None:
    fence = standing()
    if fence is None:
        return
    fence.watch.listening = False  # what follows is our own reading
    found = refused_by(fence, error)
    if found:
        raise undeclared(fence, found, path, _place(error, root)) from error


def _last_lines(error: BaseException, root: Path) -> str:
    """The error, and where in the user's files it came from."""
    return f"{type(error).__name__}: {error}{_place(error, root)}"


def _place(error: BaseException, root: Path) -> str:
    """The last of the user's own lines: a library's is no help to them."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename and "/mlspec/runtime/" not in f.filename
    ]
    own = [f for f in frames if Path(f.filename).resolve().is_relative_to(root) and not _is_library(f.filename)]
    frame = (own or frames)[-1:]
    return f" ({_shown(frame[0].filename, root)}, line {frame[0].lineno})" if frame else ""


def _is_library(name: str) -> bool:
    return any(part in ("site-packages", "dist-packages") for part in Path(name).parts)


def _shown(name: str, root: Path) -> str:
    path = Path(name).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) and not _is_library(name) else path.name
