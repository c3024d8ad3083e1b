"""The token and the API's address, from the environment. A token never comes into a message."""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.parse import urlsplit

from mlspec.adapters.github.remote import PUBLIC, server_url
from mlspec.diagnostics import problem

TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")  # in the order of GitHub's own command line
PUBLIC_API = "https://api.github.com"


def github_token() -> str | None:
    """Return the first token that is set, or None."""
    found = [os.environ[name].strip() for name in TOKENS if os.environ.get(name, "").strip()]
    return found[0] if found else None


def require_token() -> str:
    """Return the token. Raises MLS0980 when there is none, MLS0981 when it could not be a header's value."""
    token = github_token()
    if token is None:
        raise problem("MLS0980", "no token for GitHub's API is set", help="set GH_TOKEN or GITHUB_TOKEN; `gh auth token` prints one")
    if not re.fullmatch(r"[!-~]+", token):
        raise problem("MLS0981", "the token holds a space, a line break or an odd character", help="set GH_TOKEN to the token alone")
    return token


def api_base() -> str:
    """Return the API's address: GITHUB_API_URL, or what belongs to GITHUB_SERVER_URL. Raises MLS0989 where a token must not go there."""
    base = os.environ.get("GITHUB_API_URL", "").strip().rstrip("/") or _api_of(server_url())
    try:
        parts = urlsplit(base)
        host = parts.hostname if parts.port != 0 and not parts.query and not parts.fragment and not parts.username else None
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.scheme not in ("http", "https") or not re.fullmatch(r"[!-~]+", base):
        raise problem("MLS0989", "GITHUB_API_URL is not the address of an API", help=f"unset it for github.com ({PUBLIC_API})")
    if parts.scheme == "http" and not is_loopback(host):
        raise problem("MLS0989", f"the API at {host} is asked without TLS, so the token would be readable", help="write it with https://")
    return base


def _api_of(server: str) -> str:
    """Enterprise servers answer under /api/v3, GitHub's own clouds at the host's `api.`."""
    parts = urlsplit(server)
    if server == PUBLIC:
        return PUBLIC_API
    return f"{parts.scheme}://api.{parts.netloc}" if (parts.hostname or "").endswith(".ghe.com") else f"{server}/api/v3"


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
