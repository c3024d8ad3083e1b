"""JSON that is safe to print: what a terminal would act on is escaped, other Unicode stays readable."""

from __future__ import annotations

import json
import re
from typing import Any

_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def dump(form: Any, *, sort_keys: bool = False) -> str:
    """Return indented JSON that ends with a newline. Half of a surrogate pair, which UTF-8 has no bytes for, is escaped too."""
    return _NOT_ASCII.sub(_safe, json.dumps(form, indent=2, sort_keys=sort_keys, ensure_ascii=False)) + "\n"


def _safe(found: re.Match[str]) -> str:
    return found.group() if found.group().isprintable() else json.dumps(found.group())[1:-1].replace("\x7f", "\\u007f")
