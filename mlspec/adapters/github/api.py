"""Requests to GitHub's REST API: headers, bounded retries, and refusals as values."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mlspec.adapters.github.token import api_base, require_token
from mlspec.adapters.tls import trust
from mlspec.diagnostics import problem

if TYPE_CHECKING:
    import httpx2

API_VERSION = "2022-11-28"
TRIES = 4
LONGEST_WAIT = 30.0  # seconds; a longer limit is told, not sat out
TIMEOUT = 20.0


def sleep(seconds: float) -> None:
    """Wait; a name of its own so that tests need not."""
    time.sleep(seconds)


@dataclass(slots=True, eq=False)
class Refused(Exception):
    """An answer that is no success: its status, GitHub's message (one line, without the token) and headers by lower-case name."""

    status: int
    message: str
    headers: Mapping[str, str] = field(repr=False)

    @property
    def rate_limited(self) -> bool:
        """429, or a 403 that is about how often and not about who."""
        if self.status == 429:
            return True
        spent = self.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in self.headers
        return self.status == 403 and (spent or "rate limit" in self.message.lower())

    def wait(self, attempt: int) -> float | None:
        """Seconds to wait before the next try, or None where a try is no use (https://docs.github.com/rest, best practices)."""
        if self.rate_limited:
            return self._limit()
        return 0.5 * 2**attempt if self.status >= 500 else None

    def _limit(self) -> float:
        if self.headers.get("retry-after", "").isdecimal():
            return float(self.headers["retry-after"])
        if self.headers.get("x-ratelimit-reset", "").isdecimal():
            return max(1.0, float(self.headers["x-ratelimit-reset"]) - time.time())
        return 60.0  # GitHub asks for a minute at least where it names no time


@dataclass(slots=True)
class GitHubApi:
    """A connection to the API. `with` closes it."""

    base: str
    token: str = field(repr=False)
    client: httpx2.Client = field(repr=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Connect with the environment's token and address. Raises MLS0980, MLS0981, MLS0989. Redirects are not followed."""
        import httpx2

        token, base = require_token(), api_base()
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "mlspec",
            "X-GitHub-Api-Version": API_VERSION,
        }
        try:
            client = httpx2.Client(headers=headers, timeout=TIMEOUT, follow_redirects=False, verify=trust())
        except (OSError, ValueError, ImportError):  # not repeated: a proxy's address may hold a password
            client = None
        if client is None:
            message = "the proxy or certificate settings of the environment can't be used"
            raise problem("MLS0989", message, help="check HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR")
        return cls(base, token, client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.client.close()

    def request(self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None) -> Any:
        """Return the answer's JSON. Raises as `answer` does."""
        return self.answer(method, path, query=query, body=body)[0]

    def answer(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> tuple[Any, Mapping[str, str]]:
        """Return the answer's JSON, and its headers by lower-case name.

        Raises `Refused`, MLS0986 when nothing answers and MLS0987 when the answer is not JSON. Server errors, a lost network and short
        rate limits are tried again, four times in all, waiting 30 seconds at most each time.
        """
        for attempt in range(TRIES):
            answer = self._try(method, path, query, body, last=attempt == TRIES - 1)
            if answer is not None and answer.is_success:
                return self._json(answer), answer.headers
            wait = 0.5 * 2**attempt
            if answer is not None:
                refused = self._refused(answer)
                advised = refused.wait(attempt)
                if advised is None or advised > LONGEST_WAIT or attempt == TRIES - 1:
                    raise refused
                wait = advised
            sleep(wait)
        raise AssertionError

    def _try(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Mapping[str, Any] | None, *, last: bool
    ) -> httpx2.Response | None:
        """One request; None where the network failed and another try is due."""
        import httpx2

        try:
            return self.client.request(method, self.base + path, params=query, json=body)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            if not last:
                return None
            reason = self._clean(str(error)) or type(error).__name__
        message = f"GitHub's API at {self.base} can't be reached: {reason}"
        raise problem("MLS0986", message, help="check the network, HTTPS_PROXY and GITHUB_API_URL; then run the command again")

    def _json(self, answer: httpx2.Response) -> Any:
        try:
            return answer.json() if answer.content else None
        except ValueError:
            message = f"GitHub's API at {self.base} answered {answer.status_code} with something that is not JSON"
        raise problem("MLS0987", message, help="check GITHUB_API_URL, and any proxy between")

    def _refused(self, answer: httpx2.Response) -> Refused:
        try:
            found = answer.json()
        except ValueError:
            found = None
        return Refused(answer.status_code, self._clean(_message(found)), dict(answer.headers))

    def _clean(self, text: str) -> str:
        """One printable line of at most 300 characters; a server that echoes the token is not repeated."""
        line = re.sub(r"\s+", " ", text.replace(self.token, "***")).strip()
        return "".join(c for c in line if c.isprintable())[:300]


def _message(found: Any) -> str:
    """GitHub's message with those of its `errors`: `Validation Failed: A pull request already exists for o:b.`"""
    if not isinstance(found, dict):
        return ""
    listed = found.get("errors")
    errors = [_error(e) for e in listed] if isinstance(listed, list) else []
    return ": ".join(part for part in (str(found.get("message") or ""), "; ".join(e for e in errors if e)) if part)


def _error(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or f"{error.get('field', 'a field')} is {error.get('code', 'wrong')}")
