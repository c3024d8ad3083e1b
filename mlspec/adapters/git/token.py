"""Lets Git's child process use the environment's token over HTTPS, without the token in any file or argument.

Git reads settings from GIT_CONFIG_COUNT, GIT_CONFIG_KEY_n and GIT_CONFIG_VALUE_n: the header stands there, for GitHub's own host only.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from mlspec.adapters.github.remote import remote_slug
from mlspec.adapters.github.token import github_token, is_loopback, require_token

USER = "x-access-token"  # any name does; GitHub's own actions use this one
NO_HOOKS = ("core.hooksPath", os.devnull)


def token_environment(url: str) -> dict[str, str]:
    """What a `git` that talks to the remote `url` needs in its environment: `run_git(…, extra=token_environment(url))`.

    It runs no hooks (they would see the token). The token is in it where one is set and `url` is GitHub's over HTTPS; for a path, SSH or
    another host Git signs in as it always does. Settings already in the environment are kept. Raises MLS0981 for a token that could
    not be a header's value.
    """
    server = _server(url)
    if server is None or github_token() is None:
        return _numbered([NO_HOOKS])
    secret = base64.b64encode(f"{USER}:{require_token()}".encode()).decode()
    header = f"http.{server}/.extraHeader"
    settings = [
        NO_HOOKS,
        (header, ""),  # an empty value clears what the checkout's own credentials put there: GitHub refuses two
        (header, f"AUTHORIZATION: basic {secret}"),
        ("http.followRedirects", "false"),  # the header goes to this host and to no other
    ]
    return _numbered(settings) | {"GIT_TRACE_REDACT": "1"}


def _numbered(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The settings under the numbers after those that are taken."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    rows = list(enumerate(settings, first))
    keys, values = {f"GIT_CONFIG_KEY_{n}": key for n, (key, _) in rows}, {f"GIT_CONFIG_VALUE_{n}": value for n, (_, value) in rows}
    return keys | values | {"GIT_CONFIG_COUNT": str(first + len(settings))}


def _server(url: str) -> str | None:
    """`https://HOST[:PORT]` of a remote that is GitHub's; None for every other, and where the token would be readable on the way."""
    if "://" not in url or remote_slug(url) is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        return None
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme in ("http", "https") else None
