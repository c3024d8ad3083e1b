"""Rows from the network: streamed to a scratch file, retried, checked against the pinned digest; only http and https."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import PREFIX

MAX_REDIRECTS = 10
MAX_WAIT = 60.0
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Download:
    """Fetched content at `path`; not `is_new`: the server says that it is as it was, and nothing came.

    `validators`: what names the content, as the headers that ask for another.
    """

    path: Path
    is_new: bool
    validators: Mapping[str, str]


_VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""What an answer says of its content, and the header that asks whether it is still so (RFC 9110, 13.1)."""


@contextmanager
def downloaded(
    http: Mapping[str, Any], folder: Path, wait: Callable[[float], None] = time.sleep, *, known: Mapping[str, str] | None = None
) -> Iterator[Download]:
    """Yield the fetched content; it is gone afterwards.

    `http`: url, sha256 (of the content), timeout (seconds, of one connect or read), retries. `wait` sleeps between attempts:
    0.5 s, doubled each time, or what the server asks for, at most a minute. `known`: the validators of what is here already, so that it
    does not come again. Raises MLS0613 and MLS0614.
    """
    name = PurePosixPath(urlsplit(http["url"]).path).name
    suffix = "".join(PurePosixPath(name).suffixes[-2:]) if len(name) < 100 else ""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as scratch:
        path = Path(scratch) / f"download{suffix}"
        found = _fetch_with_retries(http, known or {}, path, wait)
        if found.digest is not None:
            _check_digest(http, found.digest)
        yield Download(path, found.digest is not None, found.validators)


def is_as_it_was(http: Mapping[str, Any], known: Mapping[str, str]) -> bool:
    """Whether the server says, of content with these validators, that it is still there. False where it does not say; nothing is read."""
    if not known:
        return False
    return _fetch_with_retries(http, known, None, time.sleep).digest is None


@dataclass(frozen=True, slots=True)
class _Answer:
    """`digest`: the sha256 of the content as hex; None where it is as it was."""

    digest: str | None
    validators: Mapping[str, str]


def _fetch_with_retries(http: Mapping[str, Any], known: Mapping[str, str], path: Path | None, wait: Callable[[float], None]) -> _Answer:
    import httpx2

    attempts = int(http.get("retries", 3)) + 1
    reason = ""
    for attempt in range(attempts):
        pause = min(0.5 * 2**attempt, MAX_WAIT)
        try:
            return _fetch(http["url"], known, float(http.get("timeout", 30.0)), path)
        except _TryAgain as error:
            reason, pause = str(error), error.pause or pause
        except httpx2.HTTPError as error:
            reason = f"{type(error).__name__}: {error}"
        except httpx2.InvalidURL as error:
            raise _failed(http["url"], str(error), "write the whole address, as a browser shows it") from error
        if attempt + 1 < attempts:
            wait(pause)
    plural = "s" if attempts != 1 else ""
    raise _failed(http["url"], f"{reason} ({attempts} attempt{plural})", "is the server up? raise `http.timeout` or `http.retries`")


class _TryAgain(Exception):
    """A failure that may pass. `pause`: the seconds the server asked for."""

    def __init__(self, reason: str, pause: float | None) -> None:
        super().__init__(reason)
        self.pause = pause


def _fetch(url: str, known: Mapping[str, str], timeout: float, path: Path | None) -> _Answer:
    """Fetch once, following redirects ourselves, into `path` (None: nowhere, nothing is read)."""
    import httpx2

    with httpx2.Client(timeout=timeout, headers={"Accept-Encoding": "identity", "User-Agent": "mlspec", **known}) as client:
        request = client.build_request("GET", url)
        for _ in range(MAX_REDIRECTS + 1):
            _check_scheme(str(request.url), url)
            response = client.send(request, stream=True, follow_redirects=False)
            try:
                if response.next_request is None:
                    if known and response.status_code == 304:
                        return _Answer(None, known)
                    _check_status(response, url)
                    _check_kind(response, url)
                    validators = {asks: found for says, asks in _VALIDATORS.items() if (found := response.headers.get(says))}
                    return _Answer(_save(response, path) if path else "", validators)
                request = response.next_request
            finally:
                response.close()
    raise _failed(url, f"more than {MAX_REDIRECTS} redirects", "use the address it should lead to")


def _save(response: Any, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as handle:
        for chunk in response.iter_bytes(1 << 20):
            digest.update(chunk)
            handle.write(chunk)
    return digest.hexdigest()


def _check_scheme(found: str, url: str) -> None:
    scheme = urlsplit(found).scheme
    if scheme not in ("http", "https"):
        raise _failed(url, f"it leads to a {scheme}: address", "only http and https are followed")


def _check_status(response: Any, url: str) -> None:
    status = int(response.status_code)
    if status in _AGAIN:
        asked = response.headers.get("Retry-After", "")
        raise _TryAgain(f"the server answers {status}", min(float(asked), MAX_WAIT) if asked.isdigit() else None)
    if status != 200:
        raise _failed(url, f"the server answers {status}", "check the address; a page that wants a login can't be a source")


def _check_kind(response: Any, url: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if kind in ("text/html", "application/xhtml+xml"):
        raise _failed(
            url, "it answers with a web page (HTML)", "use the address of the raw file: a page to look at, or to log in with, is no source"
        )


def _check_digest(http: Mapping[str, Any], found: str) -> None:
    pinned = http.get("sha256")
    if pinned and pinned != found:
        message = f"{shown(http['url'])} is not the pinned content: expected sha256 {pinned}, found {found}"
        raise problem("MLS0614", message, help="find out why it changed; if it should, pin the new digest under `http.sha256`")


def _failed(url: str, reason: str, fix: str) -> Problems:
    return problem("MLS0613", f"{shown(url)} can't be fetched: {reason}", help=fix)


def shown(url: str) -> str:
    """The address without user, password and query: they may hold a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
