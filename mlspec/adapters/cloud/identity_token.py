"""Asks GitHub for a job's identity token (OIDC). A token never comes into a message."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mlspec.adapters.github.token import is_loopback
from mlspec.adapters.tls import trust
from mlspec.diagnostics import problem

if TYPE_CHECKING:
    import httpx2

URL, TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
TRIES = 3
TIMEOUT = 20.0
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def sleep(seconds: float) -> None:
    """Wait; a name of its own so that tests need not."""
    time.sleep(seconds)


def may_ask() -> bool:
    """Whether this job may ask for tokens: GitHub names where, in a job with `id-token: write`."""
    return bool(os.environ.get(URL)) and bool(os.environ.get(TOKEN))


def ask(audience: str) -> str:
    """Return a fresh token for `audience`; GitHub's live some minutes. Raises MLS0991 when none is given."""
    import httpx2

    address = _address()
    query = address.copy_merge_params({"audience": audience})
    headers = {"Authorization": f"bearer {os.environ.get(TOKEN, '')}", "Accept": "application/json", "User-Agent": "mlspec"}
    why = ""
    for attempt in range(TRIES):
        if attempt:
            sleep(0.5 * 2**attempt)
        try:
            answer = httpx2.get(query, headers=headers, timeout=TIMEOUT, follow_redirects=False, verify=trust())
        except (httpx2.HTTPError, OSError) as error:
            why = type(error).__name__
            continue
        if answer.is_success:
            return _value(answer)
        why = f"status {answer.status_code}"
        if answer.status_code < 500 and answer.status_code != 429:
            break
    raise problem(
        "MLS0991",
        f"GitHub gave this job no identity token: {why}",
        help="run the job again; where it goes on, look at https://www.githubstatus.com",
    )


def _address() -> httpx2.URL:
    """Raises MLS0991 where the address is none, or the request's own token would go over the wire in the clear."""
    import httpx2

    try:
        parts = urlsplit(os.environ.get(URL, ""))
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if safe and parts.hostname:
            return httpx2.URL(parts.geturl())
    except (ValueError, httpx2.InvalidURL):
        pass
    raise problem("MLS0991", f"{URL} is not the address of a service with TLS", help="leave it as the runner sets it")


def _value(answer: httpx2.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        found = None
    value = found.get("value") if isinstance(found, dict) else None
    if not isinstance(value, str) or not _JWT.fullmatch(value):
        raise problem("MLS0991", "GitHub answered with something that is no identity token", help="check any proxy between")
    return value
