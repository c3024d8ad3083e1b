"""Bytes -> JSON that can be answered with: no NaN, no infinity, no text that is not Unicode, none of it too deep."""

from __future__ import annotations

import ctypes
import gc
import json
import math
import re
import sys
import threading
from typing import Any

import orjson

from mlspec.deploy.server.errors import RequestError

BIG = 1 << 20
"""Bytes of a body after which memory is given back to the system once it is answered."""
_DEEPEST = 32
_SMALL = 1 << 16
_DIGITS = bytes(ord("0") if chr(i).isdigit() and i < 128 else ord(" ") for i in range(256))
_LONG_NUMBER = b"0" * 19
"""Digits that orjson may read as a double though they are a whole number: some would be lost in silence."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_one_at_a_time = threading.Lock()


def decode(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8. Raises RequestError.

    What orjson takes of a small body, it reads (five times as fast; of large ones it keeps memory); the rest Python's own reader takes, or
    refuses in its words. Decoding holds the interpreter: one large body at a time, so that the event loop gets its turn between two; and
    without the cycle collector, which would look at millions of new lists again and again (it takes four times as long), and find nothing.
    """
    if len(body) <= _SMALL:
        return _read(body)
    with _one_at_a_time:
        gc.disable()
        try:
            found = _decode(body)
        finally:
            gc.enable()
    return _checked(found, body)


def _read(body: bytes) -> Any:
    if _LONG_NUMBER not in body.translate(_DIGITS):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass
    return _checked(_decode(body), body)


def _checked(found: Any, body: bytes) -> Any:
    """What Python's reader found, without halves of characters."""
    if _SURROGATE.search(body):
        check_echo(found, "the body", deepest=None)
    return found


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        raise RequestError("the body is nested too deeply") from None
    except UnicodeDecodeError:
        raise RequestError("the body is not JSON in UTF-8") from None
    except ValueError as wrong:
        where = f" (line {wrong.lineno}, column {wrong.colno}: {wrong.msg})" if isinstance(wrong, json.JSONDecodeError) else ""
        raise RequestError(f'the body is not JSON{where}; send an Open Inference Protocol v2 request, `{{"inputs": [...]}}`') from None


def _refuse_constant(name: str) -> Any:
    raise RequestError(f"{name} is not JSON: null stands for a missing value")


def check_echo(value: Any, what: str, deepest: int | None = _DEEPEST) -> None:
    """Raise RequestError unless `value` can be written as JSON in UTF-8. With `deepest` None only its text is looked at."""
    waiting: list[tuple[Any, str, int]] = [(value, what, 0)]
    while waiting:
        item, path, depth = waiting.pop()
        if isinstance(item, str):
            _check_text(item, path)
        elif isinstance(item, dict):
            waiting += [(key, f"a key of {path}", depth) for key in item]
            waiting += [(inner, f"{path}, `{key[:40]}`", depth + 1) for key, inner in item.items()]
        elif isinstance(item, list):
            waiting += [(inner, f"{path}[{i}]" if path[-1] == "`" else path, depth + 1) for i, inner in enumerate(item)]
        if deepest is not None:
            _check_number(item, path)
            if depth > deepest:
                raise RequestError(f"{what} is nested more than {deepest} deep")


def _check_text(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        shown = path.encode(errors="replace").decode()
        message = f"{shown}: the text holds half of a surrogate pair (\\u{ord(text[wrong.start]):04x}), which is no character"
        raise RequestError(message) from None


def _check_number(item: Any, path: str) -> None:
    if isinstance(item, float) and not math.isfinite(item):
        raise RequestError(f"{path}: the number is not finite in FP64")


def give_back_memory() -> None:
    """Give freed memory back to the system, where the C library keeps it (glibc)."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
