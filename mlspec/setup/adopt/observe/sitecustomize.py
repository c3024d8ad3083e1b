"""Put on PYTHONPATH for one run: notes each outermost `fit` of an estimator with scikit-learn's interface. Uses nothing but Python itself.

It stands in the observed interpreter, which may have other libraries than mlspec has, or be another Python.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

_HERE = str(Path(__file__).resolve().parent)
_STATE = threading.local()


def _record(estimator: Any, features: Any, target: Any) -> None:
    place, root = _caller()
    shape = getattr(features, "shape", None)
    columns = getattr(features, "columns", None)
    name = getattr(target, "name", None)
    form = {
        **_told(estimator),
        "last": _last(estimator),
        "columns": [str(c) for c in columns] if columns is not None else None,
        "target": str(name) if name is not None else None,
        "rows": int(shape[0]) if shape else None,
        "file": place[0][len(root) :].replace(os.sep, "/") if place else None,
        "line": place[1] if place else None,
    }
    with Path(os.environ["MLSPEC_OBSERVE_OUT"]).open("a", encoding="utf-8") as out:
        out.write(json.dumps(form) + "\n")


def _caller() -> tuple[tuple[str, int] | None, str]:
    """(file, line) of the project's code that called `fit`, and the project's folder."""
    frame: Any = sys._getframe(3)  # noqa: SLF001 - there is no other way to know who calls
    root = os.environ["MLSPEC_OBSERVE_ROOT"] + os.sep
    while frame is not None:
        name = os.path.abspath(frame.f_code.co_filename)  # noqa: PTH100 - links stay as they are
        if name.startswith(root) and "site-packages" not in name and not name.startswith(_HERE):
            return (name, frame.f_lineno), root
        frame = frame.f_back
    return None, root


def _told(estimator: Any) -> dict[str, Any]:
    params = _params(estimator)
    return {"class": _path(type(estimator)), "params": params, "defaults": _defaults(estimator, params)}


def _path(kind: Any) -> str:
    return ".".join([*(p for p in kind.__module__.split(".") if not p.startswith("_")), kind.__qualname__])


def _params(estimator: Any) -> dict[str, Any]:
    """Parameters that are not the default, where JSON has a form for them; an estimator inside as its class and parameters."""
    found: dict[str, Any] = {}
    try:
        given = estimator.get_params(deep=False)
        defaults = {k: p.default for k, p in inspect.signature(type(estimator).__init__).parameters.items()}
    except Exception:  # noqa: BLE001 - a class of anybody's
        return found
    for key, value in given.items():
        default = defaults.get(key, inspect.Parameter.empty)
        if value is default or (isinstance(value, (str, int, float, bool)) and type(value) is type(default) and value == default):
            continue
        found[key] = _value(value)
    return found


def _value(value: Any) -> Any:
    if hasattr(value, "get_params"):
        return {"class": _path(type(value)), "params": _params(value)}
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return {"repr": repr(value)[:200]}
    return value


def _defaults(estimator: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Plain parameters that are the default, by which a reading of the code is corrected."""
    try:
        known = estimator.get_params(deep=False)
    except Exception:  # noqa: BLE001 - a class of anybody's
        return {}
    return {k: v for k, v in known.items() if k not in given and (v is None or isinstance(v, (str, int, bool)))}


def _last(estimator: Any) -> dict[str, Any] | None:
    """Of a pipeline the estimator at its end."""
    steps = getattr(estimator, "steps", None)
    return _told(steps[-1][1]) if isinstance(steps, list) and steps and hasattr(steps[-1][1], "get_params") else None


def _wrap(kind: Any) -> None:
    original = kind.__dict__.get("fit")
    if original is None or not callable(original):
        return

    @functools.wraps(original)
    def fit(self: Any, X: Any = None, y: Any = None, *more: Any, **named: Any) -> Any:  # noqa: N803 - as scikit-learn calls it
        depth = getattr(_STATE, "depth", 0)
        _STATE.depth = depth + 1
        try:
            if depth == 0:
                with contextlib.suppress(Exception):  # what is observed must run as if nobody looked
                    _record(self, X, y)
            return original(self, X, *(() if y is None and not more else (y, *more)), **named)
        finally:
            _STATE.depth = depth

    kind.fit = fit


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def create_module(self, spec: Any) -> Any:
        return self.inner.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self.inner.exec_module(module)
        base = module.BaseEstimator
        before = base.__init_subclass__.__func__

        def noted(cls: Any, /, **named: Any) -> None:
            before(cls, **named)
            _wrap(cls)

        base.__init_subclass__ = classmethod(noted)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        del path, target
        if fullname != "sklearn.base":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


def _others() -> None:
    """The sitecustomize that would have been found, had this one not stood before it."""
    paths = [p for p in sys.path if os.path.abspath(p or ".") != _HERE]  # noqa: PTH100 - links stay as they are
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if "MLSPEC_OBSERVE_OUT" in os.environ:
    sys.meta_path.insert(0, _Finder())
    _others()
