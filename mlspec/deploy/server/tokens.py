"""Bearer tokens (RFC 6750): who may ask a server."""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping
from hashlib import sha256

from mlspec.deploy.server.errors import RequestError
from mlspec.diagnostics import Problems, problem

SHORTEST = 16
"""Characters: a shorter one is guessed."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_OPEN = ("/v2/health/live", "/v2/health/ready")
"""What probes ask, that carry no token: it says nothing of a model."""


def read_tokens(variable: str, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The tokens of an environment variable, between which white space or commas stand. Raises MLS0814; no token is ever told."""
    found = tuple(dict.fromkeys(re.split(r"[\s,]+", (os.environ if environment is None else environment).get(variable, "").strip())))
    if found == ("",):
        raise _refused(f"{variable} is not set, and the server takes its tokens from it")
    for number, token in enumerate(found, 1):
        if not _TOKEN.fullmatch(token):
            raise _refused(f"token {number} of {variable} holds a character that a bearer token can't have (RFC 6750)")
        if len(token) < SHORTEST:
            raise _refused(f"token {number} of {variable} has {len(token)} characters, and a short one is guessed: {SHORTEST} are needed")
    return found


def _refused(message: str) -> Problems:
    return problem("MLS0814", message, help="set it where `mlspec reconcile` runs: one token, or old and new while clients change over")


class Tokens:
    """Any of several tokens lets in: for as long as clients change over, old and new stand side by side."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self._hashes = [sha256(token.encode()).digest() for token in tokens]

    def check(self, path: str, authorization: str | None) -> None:
        """Raise RequestError 401 unless the header carries one of the tokens. What it costs does not depend on how much of one is right."""
        if path in _OPEN:
            return
        if authorization is None:
            raise _unauthorized("send a token: `Authorization: Bearer …`", 'Bearer realm="mlspec"')
        scheme, _, token = authorization.partition(" ")
        asked = sha256(token.strip().encode("latin-1", errors="replace")).digest()
        right = sum(hmac.compare_digest(asked, known) for known in self._hashes)
        if scheme.lower() != "bearer" or not right:
            raise _unauthorized("the token is not one of this server's", 'Bearer realm="mlspec", error="invalid_token"')


def _unauthorized(message: str, challenge: str) -> RequestError:
    return RequestError(message, 401, {"WWW-Authenticate": challenge})
