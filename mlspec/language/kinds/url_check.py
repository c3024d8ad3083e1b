"""Addresses in a spec are read by everybody who reads the repository: they hold no secret."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from mlspec.diagnostics.secrets import is_secret_name

_HELP = (
    "secrets never stand in a spec: read this address by a `python` source, whose function takes the secret from an environment variable"
)


def check_url(value: str) -> str:
    """Return an http(s) address. Raises when it is none, holds a user or password, or a parameter that is named like a secret."""
    from urllib.parse import parse_qsl, urlsplit

    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        raise PydanticCustomError(
            "mls_url", "not an address: there is no host", {"help": "write one such as `https://example.org/rows.csv`"}
        )
    if "@" in parts.netloc:
        raise PydanticCustomError("mls_url_secret", "the address holds a user or a password", {"help": _HELP})
    for name, given in parse_qsl(parts.query) + parse_qsl(parts.fragment):
        if given and is_secret_name(name):
            context = {"name": name[:60], "help": _HELP}
            raise PydanticCustomError("mls_url_secret", "the address holds a secret: its parameter `{name}`", context)
    return value
