"""Problems as the server's processes tell each other of them: a list of `{"code": …, "message": …, "help": …}` under the key `problems`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems


def told(problems: Problems) -> dict[str, Any]:
    """What was found, as it is sent."""
    return {"problems": [{"code": d.code, "message": d.message, "help": d.help} for d in problems.diagnostics]}


def told_of_a_bug(message: str) -> dict[str, Any]:
    """A failure that nobody foresaw, as it is sent."""
    return {"problems": [{"code": "MLS0803", "message": message, "help": None}]}


def heard(forms: Iterable[Mapping[str, Any]]) -> Problems:
    """What was sent, to be raised."""
    return Problems(tuple(Diagnostic(d["code"], d["message"], None, d["help"]) for d in forms))
