"""`Requested-by: login`: for whom a bot proposes a promotion. The job that may push writes it, by GitHub's own word."""

from __future__ import annotations

import os
import re

TRAILER = "Requested-by"
_LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,100}(?:\[bot\])?"
_LINE = re.compile(rf"^{TRAILER}: ({_LOGIN})$", re.MULTILINE)
_CO_AUTHOR = re.compile(r"^co-authored-by:.*<([^<>\s]+)>\s*$", re.MULTILINE | re.IGNORECASE)
_NO_REPLY = re.compile(r"(?:\d+\+)?([A-Za-z0-9][A-Za-z0-9_-]{0,100}(?:\[bot\])?)@users\.noreply\.github\.com", re.IGNORECASE)


def requested_by() -> str:
    """Trailers with who started the workflow, and who started it again; "" outside GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    named = [os.environ.get(name, "") for name in ("GITHUB_ACTOR", "GITHUB_TRIGGERING_ACTOR")]
    logins = dict.fromkeys(login for login in named if re.fullmatch(_LOGIN, login))
    return "".join(f"{TRAILER}: {login}\n" for login in logins)


def requesters(message: str) -> tuple[str, ...]:
    """The logins that a commit's message names as requesters."""
    return tuple(_LINE.findall(message.replace("\r\n", "\n")))


def co_authors(message: str) -> tuple[str, ...]:
    """The mail addresses of `Co-authored-by:`."""
    return tuple(_CO_AUTHOR.findall(message.replace("\r\n", "\n")))


def login_of(mail: str) -> str | None:
    """The login in an address of GitHub's own (`1+ada@users.noreply.github.com`); None for any other."""
    found = _NO_REPLY.fullmatch(mail)
    return found[1] if found else None
