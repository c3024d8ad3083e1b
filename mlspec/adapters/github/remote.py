"""Which repository of GitHub a Git remote's URL names, by GitHub's own forms of URL."""

from __future__ import annotations

import os
import re
from urllib.parse import SplitResult, quote, urlsplit

PUBLIC = "https://github.com"
_SLUG = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_-]{0,99})/([A-Za-z0-9._-]{1,100})")
_SCP = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9.-]+):(?!//)(.+)")


def server_url() -> str:
    """The web address of the GitHub in use: GITHUB_SERVER_URL (GitHub Actions sets it), or github.com."""
    return os.environ.get("GITHUB_SERVER_URL", "").strip().rstrip("/") or PUBLIC


def remote_slug(url: str) -> str | None:
    """Return `owner/name` where the URL is one of github.com, or of the enterprise server that GITHUB_SERVER_URL names; else None.

    Known are `https://HOST/o/n`, `ssh://git@HOST/o/n` and `git@HOST:o/n`, each with or without `.git`. Anything odd is None.
    """
    if url.startswith("-") or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    if "://" in url:
        return _from_url(url)
    found = _SCP.fullmatch(url)
    return _slug(found[2].removeprefix("/")) if found and _is_ssh_host(found[1]) else None


def _from_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        known = _is_github(parts)
    except ValueError:  # a bad port, or brackets that hold no IPv6 address
        return None
    return _slug(parts.path.removeprefix("/")) if known and not parts.query and not parts.fragment else None


def _is_github(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if parts.scheme in ("ssh", "git+ssh"):
        return _is_ssh_host(host)
    server = urlsplit(server_url())
    enterprise = parts.scheme == server.scheme and (host, _port(parts)) == (server.hostname, _port(server))
    return (parts.scheme, host, _port(parts)) == ("https", "github.com", 443) or (parts.scheme in ("http", "https") and enterprise)


def _port(parts: SplitResult) -> int:
    return parts.port or (80 if parts.scheme == "http" else 443)


def _is_ssh_host(host: str) -> bool:
    """GitHub answers SSH also on `ssh.github.com`, port 443, for networks that block port 22."""
    return host.lower() in ("github.com", "ssh.github.com", urlsplit(server_url()).hostname)


def _slug(path: str) -> str | None:
    found = _SLUG.fullmatch(path.removesuffix("/").removesuffix(".git"))
    return None if found is None or found[2] in (".", "..") else found[0]


def compare_url(slug: str, base: str, head: str) -> str:
    """Where a person opens the pull request by hand: GitHub's comparison of two branches, with the form open."""
    return f"{server_url()}/{slug}/compare/{quote(base, safe='/')}...{quote(head, safe='/')}?expand=1"
