"""Files that code reads and writes: rows, parameters, objects, numbers. What one script wrote, another one reads as it was."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.language.kinds.data_source import format_of
from mlspec.language.yaml.load import load_documents
from mlspec.setup.adopt.code import frames
from mlspec.setup.adopt.code.calls import Call, _tainted
from mlspec.setup.adopt.code.source import read_text
from mlspec.setup.adopt.code.values import Const, Fields, Frame, Items, Measured, OpenFile, Read, Unknown
from mlspec.setup.adopt.facts import Gap, Place

_IGNORED = frozenset(
    {
        "low_memory",
        "engine",
        "memory_map",
        "index",
        "dtype_backend",
        "storage_options",
        "compression",
        "nthreads",
        "keep_default_na",
        "on_bad_lines",
        "skipinitialspace",
        "float_precision",
    }
)
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "cp1252": "windows-1252",
    "windows-1252": "windows-1252",
    "utf-16": "utf-16",
}


def placed(follower: Any, path: str) -> str:
    """A path from the root. Code of a notebook runs in the notebook's folder; a script's, as a rule, at the root."""
    plain = PurePosixPath(path.replace("\\", "/"))
    if plain.is_absolute():
        root = PurePosixPath(str(follower.root.resolve()))
        return str(plain.relative_to(root)) if plain.is_relative_to(root) else path
    for base in (PurePosixPath(), follower.folder):
        found = _joined(base, plain)
        if found is not None and ((follower.root / found).exists() or found in follower.found.files):
            return found
    return _joined(PurePosixPath(), plain) or _joined(follower.folder, plain) or path


def _joined(base: PurePosixPath, path: PurePosixPath) -> str | None:
    parts: list[str] = []
    for part in (*base.parts, *path.parts):
        if part == ".." and not parts:
            return None
        parts = parts[:-1] if part == ".." else parts if part == "." else [*parts, part]
    return "/".join(parts) or None


def reader(form: str, options: Mapping[str, Any] | None = None) -> Callable[[Any, Call], Any]:
    """A function of pandas that reads rows of a format."""

    def handler(follower: Any, call: Call) -> Any:
        path = next((call.named[n] for n in ("filepath_or_buffer", "path", "io", "path_or_buf", "path_or_buffer") if n in call.named), None)
        path = path if path is not None else call.given[0] if call.given else None
        path = path.path if isinstance(path, OpenFile) else path
        if not isinstance(path, Const) or not isinstance(path.value, str):
            follower.found.gaps.append(
                Gap(call.place, f"which file `{call.code}` reads", "import the pipeline that gives its path, or say it in the spec")
            )
            return Unknown(call.place, f"`{call.code}`")
        text = path.value if "://" in path.value else placed(follower, path.value)
        if text in follower.found.files:
            return follower.found.files[text]
        read = Read(Const(text, path.place, path.sure), format_of(text) or form, dict(options or {}), call.place)
        frame = Frame(read)
        frame = _with_options(frame, form, call, follower)
        follower.found.reads.append(frame.read)
        return frame

    return handler


def _with_options(frame: Frame, form: str, call: Call, follower: Any) -> Frame:
    options = dict(frame.read.options)
    later: list[tuple[str, Any]] = []
    gaps: list[str] = []
    for name, value in call.named.items():
        plain = value.value if isinstance(value, Const) else None
        if name in ("sep", "delimiter") and isinstance(plain, str) and len(plain) == 1:
            options |= {"delimiter": plain} if plain != "," else {}
        elif name == "encoding" and str(plain).lower() in _ENCODINGS:
            options |= {"encoding": e} if (e := _ENCODINGS[str(plain).lower()]) != "utf-8" else {}
        elif name == "na_values" and isinstance(plain, str | list):
            options["nullValues"] = ["", *([plain] if isinstance(plain, str) else map(str, plain))]
        elif name == "sheet_name" and isinstance(plain, str):
            options["sheet"] = plain
        elif name in ("usecols", "columns", "parse_dates", "index_col", "dtype") and isinstance(value, Const):
            later.append((name, value))
        elif (
            (name == "header" and plain in (0, "infer"))
            or name in _IGNORED
            or name in ("filepath_or_buffer", "path", "io")
            or (name == "lines" and plain is True)
        ):
            continue
        else:
            gaps.append(f"`{name}` of `{call.code}`")
    from dataclasses import replace

    lines = form == "json" and isinstance(call.named.get("lines"), Const) and call.named["lines"].value is True
    frame = replace(frame, read=replace(frame.read, options=options, format="jsonl" if lines else frame.read.format))
    for name, value in later:
        frame = _columns(frame, name, value, call, follower)
    for what in gaps:
        frame = frame.gap(call.place, what)
    return frame


def _columns(frame: Frame, name: str, value: Const, call: Call, follower: Any) -> Frame:
    from dataclasses import replace

    names = frames.names_of(value)
    if name in ("usecols", "columns") and names:
        return replace(frame, only=names, only_place=value.place)
    if name == "index_col" and value.value is not None:
        known = frames.heading(follower.root, frame) if isinstance(value.value, int) else None
        column = known[value.value] if known and isinstance(value.value, int) and value.value < len(known) else value.value
        return (
            replace(frame, dropped=(*frame.dropped, (column, call.place)))
            if isinstance(column, str)
            else frame.gap(call.place, "`index_col`")
        )
    if name == "parse_dates" and names:
        for column in names:
            frame = frame.done({"cast": {"column": column, "to": "timestamp"}}, call.place, value.sure)
        return frame
    if name == "dtype" and isinstance(value.value, dict) and all(str(k) in _DTYPES for k in value.value.values()):
        for column, kind in value.value.items():
            frame = frame.done({"cast": {"column": column, "to": _DTYPES[str(kind)]}}, call.place, value.sure)
        return frame
    return frame if value.value in (None, False, True) else frame.gap(call.place, f"`{name}` of `{call.code}`")


_DTYPES = {
    "str": "string",
    "object": "string",
    "string": "string",
    "float": "number",
    "float64": "number",
    "int": "integer",
    "int64": "integer",
}


def opened(_: Any, call: Call) -> Any:
    path = call.argument(0, "file")
    return OpenFile(path) if isinstance(path, Const) and isinstance(path.value, str) else Unknown(call.place, f"`{call.code}`")


def parameters(follower: Any, call: Call) -> Any:
    """YAML, JSON or TOML of parameters, as a value whose parts know their lines."""
    given = call.given[0] if call.given else None
    path = given.path if isinstance(given, OpenFile) else given
    if not isinstance(path, Const) or not isinstance(path.value, str):
        return Unknown(call.place, f"`{call.code}`")
    text = placed(follower, path.value)
    if text in follower.found.files:
        return follower.found.files[text]
    return load_parameters(follower, text, call.place)


def params_show(follower: Any, call: Call) -> Any:
    """`dvc.api.params_show()`: the values of params.yaml."""
    return load_parameters(follower, "params.yaml", call.place)


def load_parameters(follower: Any, path: str, place: Place) -> Any:
    try:
        content = read_text(follower.root, path)
    except Problems as problems:
        follower.found.gaps += [Gap(place, d.message) for d in problems.diagnostics]
        return Unknown(place, f"`{path}`")
    if path.endswith((".toml", ".json")):
        try:
            value = tomllib.loads(content.decode()) if path.endswith(".toml") else json.loads(content)
        except (ValueError, UnicodeDecodeError, RecursionError):
            value = None
        return Const(value, Place(path), "likely") if value is not None else Unknown(place, f"`{path}`, which can't be read")
    documents, found = load_documents(path, content)
    if not documents:
        follower.found.gaps += [Gap(Place(path, d.span.line if d.span else 1), d.message) for d in found]
        return Unknown(place, f"`{path}`, which can't be read")
    return Const(documents[0].value, Place(path), "likely", documents[0])


def load_object(follower: Any, call: Call) -> Any:
    """What an earlier script kept. A file that no script wrote is never opened."""
    given = call.given[0] if call.given else next(iter(call.named.values()), None)
    path = given.path if isinstance(given, OpenFile) else given
    text = placed(follower, str(path.value)) if isinstance(path, Const) else ""
    found = follower.found.files.get(text)
    return found if found is not None else Unknown(call.place, f"`{call.code}`: what is in that file")


def dumped(follower: Any, call: Call) -> Any:
    target = call.argument(1, "filename")
    target = target if target is not None else call.named.get("fp", call.named.get("stream"))
    if call.given and isinstance(target, Const | OpenFile):
        wrote(follower, target, call.given[0])
    return None


def wrote(follower: Any, target: Const | OpenFile, value: Any) -> None:
    """A file holds a value from now on; numbers in it are noted under their keys."""
    path = target.path if isinstance(target, OpenFile) else target
    text = placed(follower, str(path.value))
    follower.found.files[text] = value
    _numbers(follower, text, value, ())


def _numbers(follower: Any, path: str, value: Any, route: tuple[str, ...]) -> None:
    if isinstance(value, Measured):
        number(follower, path, ".".join(route), value)
    elif isinstance(value, Fields):
        for key, item in value.fields.items():
            _numbers(follower, path, item, (*route, key))
    elif isinstance(value, Items):
        for item in value.items:
            _numbers(follower, path, item, route)


def number(follower: Any, path: str, key: Any, value: Any) -> None:
    if isinstance(key, str) and isinstance(value, Measured) and value.metric:
        follower.found.numbers[(path, key)] = value


def logged(follower: Any, call: Call) -> Any:
    """`mlflow.log_metric("mae", …)`."""
    number(follower, "mlflow", call.plain(0, "key"), call.argument(1, "value"))
    return None


def logged_all(follower: Any, call: Call) -> Any:
    for given in call.given[:1]:
        _numbers(follower, "mlflow", given, ())
    return None


__all__ = ["_tainted", "dumped", "load_object", "load_parameters", "opened", "parameters", "params_show", "placed", "reader", "wrote"]
