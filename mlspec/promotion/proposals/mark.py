"""The hidden first line of our pull requests: what content they propose, and what text we wrote.

By the text's digest a person's edit is told from our own words; by the content's, a proposal that a person closed is known again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlspec.diagnostics.digest import bytes_digest

MARK_LENGTH = 300
"""In characters: more than a mark has, with its line's end."""
_MARK = re.compile(r"<!-- mlspec:proposal content=(sha256:[0-9a-f]{64}) text=(sha256:[0-9a-f]{64}) -->(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the marker says: the digest of the proposed files, and of title and body as we wrote them."""

    content: str
    text: str


def marked(content: str, title: str, body: str) -> str:
    """The body with its marker on top."""
    return f"{_line(Mark(content, _text_digest(title, body)))}\n{body}"


def read_mark(body: str) -> Mark | None:
    """The marker of a pull request's body; None where there is none on its first line."""
    found = _MARK.match(plain(body))
    return Mark(found[1], found[2]) if found else None


def is_untouched(title: str, body: str) -> bool:
    """Whether title and body are as we wrote them."""
    mark = read_mark(body)
    return mark is not None and mark.text == _text_digest(title, _MARK.sub("", plain(body), count=1))


def remarked(body: str, content: str) -> str:
    """A person's text with the marker's content renewed, and nothing else; as it is where it has no marker."""
    mark = read_mark(body)
    return body if mark is None else _MARK.sub(f"{_line(Mark(content, mark.text))}\n", plain(body), count=1)


def _line(mark: Mark) -> str:
    return f"<!-- mlspec:proposal content={mark.content} text={mark.text} -->"


def _text_digest(title: str, body: str) -> str:
    return bytes_digest(f"{plain(title)}\n\n{plain(body)}".encode())


def plain(text: str) -> str:
    """GitHub's form sends CRLF, and drops blank ends."""
    return text.replace("\r\n", "\n").strip()
