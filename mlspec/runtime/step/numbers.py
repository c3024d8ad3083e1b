"""The metrics of a step: finite numbers in JSON files that it wrote."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem

MAX_BYTES = 10_000_000


def read(base: Path, metrics: Mapping[str, Any]) -> dict[str, float]:
    """{name: value}. Raises MLS0635 for a file that is not there or no JSON, and for a route that leads to no finite number."""
    texts: dict[str, Any] = {}
    found = {}
    for name, metric in metrics.items():
        path = metric["file"]
        if path not in texts:
            texts[path] = _parsed(base, name, path)
        found[name] = _number(name, path, texts[path], metric["route"])
    return found


def _parsed(base: Path, name: str, path: str) -> Any:
    full = base / path
    if full.is_symlink() or not full.is_file():
        raise problem("MLS0635", f"`{path}`, where the metric `{name}` is to stand, is no file", help="let the step write it")
    if full.stat().st_size > MAX_BYTES:
        raise problem("MLS0635", f"`{path}` is larger than {MAX_BYTES // 1_000_000} MB", help="write the metrics to a file of their own")
    try:
        return json.loads(full.read_bytes())
    except (ValueError, RecursionError) as error:
        raise problem("MLS0635", f"`{path}` is no JSON: {error}", help='write the metrics as JSON, such as `{"coverage": 0.9}`') from error


def _number(name: str, path: str, value: Any, route: list[str | int]) -> float:
    at, way = value, ""
    for key in route:
        if isinstance(at, dict) and str(key) in at:
            at = at[str(key)]
        elif isinstance(at, list) and isinstance(key, int) and 0 <= key < len(at):
            at = at[key]
        else:
            near = did_you_mean(str(key), list(at)) if isinstance(at, dict) else f"there stands {_kind(at)}"
            raise problem("MLS0635", f"`{path}` has no `{key}`{f' under `{way}`' if way else ''}, for the metric `{name}`", help=near)
        way = f"{way}.{key}".lstrip(".")
    if isinstance(at, bool) or not isinstance(at, int | float) or not math.isfinite(at):
        raise problem(
            "MLS0635", f"`{way}` in `{path}`, for the metric `{name}`, is no finite number: it is {_kind(at)}", help="write a number"
        )
    return float(at)


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), str(value))
