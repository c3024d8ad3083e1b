"""Secrets that stand where they should not: what names one, where one stands in a line, and the line without it.

A diagnostic goes to terminals, to CI logs and to code scanning; the file that it is about may be on one machine only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

MASK = "***"
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_SECRET_WORDS = frozenset(
    (
        *("token", "accesstoken", "authtoken", "key", "apikey", "accesskey", "secret", "sig", "signature", "jwt", "bearer"),
        *("password", "passwd", "passphrase", "pwd", "auth", "authorization", "credential", "credentials"),
    )
)
_USER = re.compile(r"://([^\s'\"/?#]*|(?![^\s'\"/?#:]*:\d{1,5}[/?#])[^\s'\"/?#:]*:[^\s'\"]*)@")
"""Who signs in, as it stands in an address: up to the last `@` before the path; with a password that holds `/`, `?` or `#`, beyond."""
_PARAMETER = re.compile(r"[?&#;]([^\s'\"=&#;?]+)=([^\s'\"&#;]+)")


def is_secret_name(name: str) -> bool:
    """Whether a parameter's name says that its value is a secret: `api_key`, `X-Amz-Signature`, `accessToken`, `sig`."""
    words = {word.casefold() for word in _WORD.findall(name)}
    return not words.isdisjoint(_SECRET_WORDS) or name.casefold() in _SECRET_WORDS


def stretches(text: str, also: tuple[int, int] = (0, 0)) -> list[tuple[int, int]]:
    """Where secrets stand in a text's addresses, and `also` there: (from, to), in order, none touching the next."""
    places = [also, *_found(text)] if "://" in text else [also]
    found: list[tuple[int, int]] = []
    for start, end in sorted(place for place in places if place[0] < place[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _found(text: str) -> Iterator[tuple[int, int]]:
    yield from (m.span(1) for m in _USER.finditer(text))
    yield from (m.span(2) for m in _PARAMETER.finditer(text) if is_secret_name(unquote(m[1])))


def masked(text: str) -> str:
    """The text with `***` in the place of each secret in an address."""
    parts, at = [], 0
    for start, end in stretches(text):
        parts += [text[at:start], MASK]
        at = end
    return "".join([*parts, text[at:]])
