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
_TOKEN = re.compile(r"[^\s'\"]+")
_AUTHORITY = re.compile(r"://([^/?#]*)")
_PORT = re.compile(r"[^:@]*:\d{1,5}")
_PARAMETER = re.compile(r"[?&#;]([^\s'\"=&#;?]+)=")
_VALUE = re.compile(r"[^\s'\"&#;]*")


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
    for token in _TOKEN.finditer(text):
        yield from ((token.start() + start, token.start() + end) for start, end in _users(token.group()))
    yield from _parameters(text)


def _parameters(text: str) -> Iterator[tuple[int, int]]:
    """The values of parameters whose names say that they are secret. Another's value may be an address with parameters of its own."""
    at = 0
    while found := _PARAMETER.search(text, at):
        at = found.end()
        if is_secret_name(unquote(found[1])) and (value := _VALUE.match(text, at)):
            yield at, value.end()
            at = value.end()


def _users(token: str) -> Iterator[tuple[int, int]]:
    """Who signs in, at each address of a text without spaces: up to the `@`; a password may hold `/` and `@`: up to the last.

    One pass over the text, however many addresses stand in it.
    """
    last = token.rfind("@")
    for found in _AUTHORITY.finditer(token) if last >= 0 else ():
        authority, start = found[1], found.start(1)
        if last > start and ":" in authority.partition("@")[0] and not _PORT.fullmatch(authority):
            yield start, last
        elif "@" in authority:
            yield start, start + authority.rindex("@")


def masked(text: str) -> str:
    """The text with `***` in the place of each secret in an address."""
    parts, at = [], 0
    for start, end in stretches(text):
        parts += [text[at:start], MASK]
        at = end
    return "".join([*parts, text[at:]])
