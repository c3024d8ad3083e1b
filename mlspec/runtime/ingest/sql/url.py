"""The address of a database: from the environment, and never in a message, a log or a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from mlspec.diagnostics import problem
from mlspec.diagnostics.secrets import MASK, is_secret_name, masked

_SHORTEST = 4
"""A password of fewer characters can't be masked without masking ordinary words: then the driver's text is not shown at all."""


def url_of(name: str) -> Any:
    """The SQLAlchemy URL in an environment variable. Raises MLS0670, without what stands in it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    text = os.environ.get(name, "").strip()
    if not text:
        fix = f"set it to a SQLAlchemy URL, such as `postgresql://USER:PASSWORD@HOST/DATABASE`; in workflows, as a secret called {name}"
        raise problem("MLS0670", f"the environment variable {name}, which holds the database's address, is not set", help=fix)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _no_url(name) from None
    if "://" not in text or "@" in (url.host or ""):  # what follows an `@` of a password would be taken for the host, and shown
        raise _no_url(name)
    return url


def _no_url(name: str) -> Exception:
    fix = "write one such as `postgresql://USER:PASSWORD@HOST:5432/DATABASE`; special characters of a password are percent-encoded"
    return problem("MLS0670", f"the environment variable {name} holds no SQLAlchemy URL", help=fix)


def file_of(url: Any, root: Path) -> Path:
    """The file of a database that is one, below the repository's root where its path is relative."""
    return root / (url.database or "")


def without_secrets(text: str, url: Any) -> str:
    """A driver's words without the address, its password and its other secrets, however they are spelled."""
    secrets = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        secrets += [v for v in ([value] if isinstance(value, str) else value) if is_secret_name(name)]
    if any(len(s) < _SHORTEST and s in text for s in secrets):
        return MASK
    spellings = {f(s) for s in secrets for f in (str, quote, quote_plus, repr)}
    whole = {url.render_as_string(hide_password=False), str(url)}
    for secret in sorted(whole | spellings, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return masked(text)
