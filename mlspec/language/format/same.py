"""Whether two texts say the same: the check before anything rewritten is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mlspec.language.format.comments import find_comments
from mlspec.language.format.tree import Comment, read_pages
from mlspec.language.yaml.document import Document


def same_values(before: Iterable[Document], after: Iterable[Document]) -> bool:
    """Whether the documents hold the same values of the same types, whatever the order of their keys; empty documents do not count."""
    return _values(before) == _values(after)


def _values(documents: Iterable[Document]) -> list[Any]:
    return [_typed(d.value) for d in documents if d.value is not None]


def _typed(value: Any) -> Any:
    """A form in which `1`, `1.0` and `true` differ."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return type(value).__name__, value


def comments_of(text: str) -> Counter[str]:
    """How often each comment stands in a text. Its lines end in LF."""
    return count(find_comments(text, read_pages(text)))


def count(comments: Iterable[Comment]) -> Counter[str]:
    return Counter(comment.text for comment in comments)
