"""Says pydantic's findings in the words of YAML: lists and mappings, not tuples and dictionaries."""

from __future__ import annotations

from typing import Any

from pydantic_core import ErrorDetails

_WORDS = {
    "string_type": "text is expected",
    "int_type": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "bool_type": "true or false is expected",
    "tuple_type": "a list is expected",
    "dict_type": "a mapping is expected",
    "model_type": "a mapping is expected",
    "model_attributes_type": "a mapping is expected",
    "none_required": "null is expected",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("above", "gt"),
    "less_than": ("below", "lt"),
}
_COUNTED = {
    "too_short": ("at least", "min_length"),
    "too_long": ("at most", "max_length"),
    "string_too_short": ("at least", "min_length"),
    "string_too_long": ("at most", "max_length"),
}
PATTERNS = {
    r"^[0-9a-f]{16}$": "16 hexadecimal digits in small letters",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits in small letters",
    r"^sha256:[0-9a-f]{64}$": "`sha256:` and 64 hexadecimal digits",
    r"^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$": "a version such as `v1.2.0`",
    r"^\d+(\.\d+){1,3}$": "a release such as `5.0.0`",
    r"^\d{4}-\d{2}-\d{2}$": "a day such as `2026-12-01`",
    r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$": "a day such as `2026-12-01`, or `2026-12-01 06:00`",
    r"^https?://[^\s]+$": "an address that begins with `https://` or `http://`",
    r"^(s3|gs|az|abfs)://[^\s/*]+/\S+$": "an address that begins with `s3://`, `gs://`, `az://` or `abfs://`",
    r"^https://[!-~]+$": "an address that begins with `https://`, without spaces",
    r"^[!-~]+$": "printable ASCII without spaces",
    r"^3\.\d{1,2}$": 'a version of Python such as "3.11"',
    r"^[a-z0-9][a-z0-9-]{0,62}$": "up to 63 of a-z, 0-9 and `-`, beginning with a letter or digit",
    r"^[a-z0-9](-?[a-z0-9]){0,99}$": "an App's name as in its address: a-z, 0-9 and single `-`",
    r"^Iv[A-Za-z0-9.]{8,60}$": "a client ID such as `Iv23liAbCdEfGhIjKlMn`",
    r"^[a-z][a-z0-9_]*$": "a metric's name such as `mae`",
    r"^[A-Za-z_]\w*$": "a parameter's name such as `quantile`",
    r"^[A-Za-z0-9.:-]+$": "the name or address of a host, such as `127.0.0.1`",
    r"^(all|default|MLS1\d{3})$": "`all`, `default` or the code of a rule such as `MLS1001`",
    r"^[^\s/:]+(/[^\s/:]+)*$": "names of elements with `/` between them, such as `posts/row`",
    r"^[a-z0-9-]+/[a-z0-9-]+$": "an environment and a name, such as `production/demand`",
}
"""Every pattern of the language, in words; a test holds the two together."""


def plain_words(error: ErrorDetails) -> str:
    """Return the finding as a sentence without its end."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _COUNTED:
        return _counted(kind, context)
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"the value must be {words} {context[key]:,}" + (" (100%)" if words == "at most" and context[key] == 1 else "")
    if kind == "missing":
        return "the list is too short"
    if kind == "literal_error":
        return f"{context.get('expected')} is expected".replace("'", "`")
    if kind == "string_pattern_mismatch":
        return "the text is not " + PATTERNS.get(str(context.get("pattern")), f"as it must be, `{context.get('pattern')}`")
    return _WORDS.get(kind) or error["msg"].replace("Input should be", "the value must be").replace("Value error, ", "")


def _counted(kind: str, context: dict[str, Any]) -> str:
    bound, key = _COUNTED[kind]
    number, what = context[key], "characters" if kind.startswith("string") else "items"
    if number == 1 and key == "min_length":
        return "the text is empty" if what == "characters" else "the list is empty, and needs at least one item"
    has = f", and has {context['actual_length']}" if "actual_length" in context else ""
    return f"{bound} {number} {what} are allowed{has}" if bound == "at most" else f"{bound} {number} {what} are needed{has}"
