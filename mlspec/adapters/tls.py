"""Whom this process trusts over TLS: the certificates are read once, which takes 20 ms, not for each connection."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def trust() -> ssl.SSLContext:
    """What httpx2 would trust: the environment's certificates, else the machine's. Raises OSError where they can't be read."""
    return _of(*(os.environ.get(name) for name in _NAMED))


@lru_cache(maxsize=4)
def _of(*_named: str | None) -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()
