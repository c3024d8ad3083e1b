"""`argparse`: what a command gives, else the default that the code gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mlspec.setup.adopt.code.calls import Call
from mlspec.setup.adopt.code.values import Const, Fields, Parser, Unknown
from mlspec.setup.adopt.facts import least

_KINDS = {"int": int, "float": float, "str": str}


def method(follower: Any, parser: Parser, name: str, call: Call) -> Any:
    if name == "add_argument":
        names = tuple(g.value for g in call.given if isinstance(g, Const) and isinstance(g.value, str))
        kind = getattr(call.named.get("type"), "dotted", "str")
        action = call.plain(99, "action")
        default = call.named.get("default")
        if default is None and action == "store_true":
            default = Const(value=False, place=call.place)
        parser.arguments.append((names, default, kind, action in ("store_true", "store_false")))
        return None
    if name in ("add_argument_group", "add_mutually_exclusive_group"):
        return parser
    if name in ("parse_args", "parse_known_args"):
        return _parsed(follower, parser, call)
    return None


def _parsed(follower: Any, parser: Parser, call: Call) -> Fields:
    words = list(follower.argv[1:])
    options: dict[str, Const | None] = {}
    free: list[Const] = []
    flags = {n for names, _, _, is_flag in parser.arguments if is_flag for n in names}
    while words:
        word = words.pop(0)
        text = str(word.value)
        if text.startswith("-") and "=" in text:
            key, _, value = text.partition("=")
            options[key] = replace(word, value=value)
        elif text.startswith("-") and not text.lstrip("-")[:1].isdigit():
            options[text] = None if text in flags or not words else words.pop(0)
        else:
            free.append(word)
    fields: dict[str, Any] = {}
    for names, default, kind, is_flag in parser.arguments:
        key = next((n for n in names if n.startswith("--")), names[0] if names else "").lstrip("-").replace("-", "_")
        given = next((options[n] for n in names if n in options), None)
        if names and not names[0].startswith("-"):
            given = free.pop(0) if free else None
        if is_flag and any(n in options for n in names):
            given = Const(value=True, place=call.place, sure="likely")
        fields[key] = (
            _typed(given, kind)
            if given is not None
            else default.followed()
            if isinstance(default, Const)
            else default
            if default is not None
            else Unknown(call.place, f"the argument `{key}`, which the command gives")
        )
    return Fields(fields)


def _typed(given: Const, kind: str) -> Any:
    try:
        return replace(
            given,
            value=_KINDS[kind](given.value) if kind in _KINDS and isinstance(given.value, str) else given.value,
            sure=least(given.sure, "likely"),
        )
    except ValueError:
        return Unknown(given.place, f"`{given.value}`, which is no {kind}")
