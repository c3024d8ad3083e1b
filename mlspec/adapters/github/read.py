"""Reads what GitHub's API lists, all pages of it. Whatever has not the form that GitHub describes is MLS0987, and never passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.create_pull import unexpected

PAGE = 100
MOST_PAGES = 50
"""5,000 rows: a server that repeats a page for ever ends here, with MLS0987."""


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object of an answer, read key by key. `what`: how a message calls it. Each reader raises MLS0987 for another type."""

    what: str
    form: Mapping[str, Any]

    def text(self, key: str) -> str:
        """A text that is there."""
        found = self.form.get(key)
        if not isinstance(found, str) or not found:
            raise self._odd(key)
        return found

    def commit(self, key: str) -> str:
        """The id of a commit: hex digits, so that it can be nothing else to Git."""
        found = self.text(key)
        if not re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", found):
            raise self._odd(key)
        return found

    def maybe_text(self, key: str) -> str | None:
        """A text, or None where there is none."""
        found = self.form.get(key)
        if found is not None and not isinstance(found, str):
            raise self._odd(key)
        return found or None

    def number(self, key: str) -> int:
        """A whole number."""
        found = self.form.get(key)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self._odd(key)
        return found

    def row(self, key: str) -> Row:
        """An object that is there."""
        found = self.maybe_row(key)
        if found is None:
            raise self._odd(key)
        return found

    def maybe_row(self, key: str) -> Row | None:
        """An object, or None where there is none: GitHub says so of deleted accounts and repositories."""
        found = self.form.get(key)
        if found is not None and not isinstance(found, dict):
            raise self._odd(key)
        return None if found is None else Row(f"{self.what}'s {key}", found)

    def rows(self, key: str) -> list[Row]:
        """A list of objects."""
        return as_rows(self.form.get(key), f"{self.what}'s {key}")

    def _odd(self, key: str) -> Exception:
        return unexpected(f"{self.what} without a sound `{key}`")


def as_row(found: Any, what: str) -> Row:
    """An answer that is an object. Raises MLS0987."""
    if not isinstance(found, dict):
        raise unexpected(f"{what} was asked for")
    return Row(what, found)


def as_rows(found: Any, what: str) -> list[Row]:
    """An answer that is a list of objects. Raises MLS0987."""
    if not isinstance(found, list):
        raise unexpected(f"a list ({what}) was asked for")
    return [as_row(each, what) for each in found]


def pages(api: GitHubApi, path: str, what: str) -> Iterator[Row]:
    """Every row of every page. Raises `Refused`, MLS0986, and MLS0987 also for a list that does not end."""
    for page in range(1, MOST_PAGES + 1):
        found = as_rows(api.request("GET", path, query={"per_page": str(PAGE), "page": str(page)}), what)
        yield from found
        if len(found) < PAGE:
            return
    raise unexpected(f"a list ({what}) of more than {MOST_PAGES * PAGE} rows")
