"""Finds the comments of a YAML text, and says of each what it belongs to.

At the end of a line: the last entry that begins before it. On a line of its own: the entry below; or, where it is indented like the
entries of a block that ended above it, that block. Comments above a document's first entry are the document's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from mlspec.language.format.tree import Comment, Entry, Page, Part, column_of, is_blank_above, line_start

_HASH = re.compile(r"(?<![^\s])#[^\n]*")
_HEADER = re.compile(r"[|>][-+0-9]*")


def find_comments(text: str, pages: Sequence[Page]) -> list[Comment]:
    """Return every comment of the text, in order. The text's lines end in LF."""
    found, at = [], 0
    for start, end in sorted(span for page in pages for span in _texts(text, page.root)):
        found += [_comment(text, m) for m in _HASH.finditer(text, at, max(at, start))]
        at = max(at, end)
    return found + [_comment(text, m) for m in _HASH.finditer(text, at)]


def _comment(text: str, found: re.Match[str]) -> Comment:
    at = found.start()
    own_line = not text[line_start(text, at) : at].strip()
    return Comment(at, column_of(text, at), found.group().rstrip(), own_line, own_line and is_blank_above(text, at))


def _texts(text: str, entry: Entry) -> Iterator[tuple[int, int]]:
    """Where scalars stand: a `#` in there is no comment. The header of a `|` may have one."""
    for part in (entry.key, entry.value):
        if part is None:
            continue
        if part.kind == "scalar" and part.style in ("|", ">"):
            header = _HEADER.match(text, part.start)
            line_end = text.find("\n", part.start)
            if header and line_end >= 0:
                yield part.start, header.end()
                yield line_end, part.end
        elif part.kind in ("scalar", "alias"):
            yield part.start, part.end
        for inner in part.entries:
            yield from _texts(text, inner)


def place(pages: list[Page], comments: Sequence[Comment]) -> list[Page]:
    """Put every comment where it belongs; return the documents that are not empty (or one, for a text of comments alone)."""
    starts = [page.start for page in pages]
    for comment in comments:
        _place(pages[max(0, bisect_right(starts, comment.start) - 1)], comment)
    return _without_empty(pages)


def _place(page: Page, comment: Comment) -> None:
    first = page.root.value.entries[0] if page.root.value.entries else page.root
    if comment.start < min(page.root.start, first.start) or page.empty:
        page.head.append(comment)
    elif not comment.own_line:
        _entry_of(page.root, comment).eol.append(comment)
    elif not (page.root.value.entries and _place_inside(page.root.value, comment)):
        page.tail.append(comment)


def _entry_of(entry: Entry, comment: Comment) -> Entry:
    """The innermost entry whose line the comment ends. Behind a flow collection's end it is the collection's own."""
    part = entry.value
    if part.flow and comment.start >= part.end:
        return entry
    begun = [e for e in part.entries if e.start <= comment.start]
    return _entry_of(begun[-1], comment) if begun else entry


def _place_inside(part: Part, comment: Comment) -> bool:
    if part.flow and not part.start < comment.start < part.end:
        return False
    index = sum(e.start <= comment.start for e in part.entries)
    current = part.entries[index - 1] if index else None
    if current and _belongs_inside(current.value, comment, part.column):
        return _place_inside(current.value, comment)
    if current and comment.start < current.value.start:
        current.before.append(comment)
    elif index < len(part.entries):
        part.entries[index].before.append(comment)
    else:
        part.tail.append(comment)
    return True


def _belongs_inside(inner: Part, comment: Comment, column: int) -> bool:
    if not inner.entries:
        return False
    if inner.flow:
        return inner.start < comment.start < inner.end
    return inner.entries[-1].start > comment.start or (comment.column >= inner.column and comment.column > column)


def _without_empty(pages: list[Page]) -> list[Page]:
    kept: list[Page] = []
    waiting: list[Comment] = []
    for page in pages:
        if page.empty:
            waiting += page.head + page.tail
        else:
            page.head = waiting + page.head
            waiting = []
            kept.append(page)
    if not kept:
        pages[0].head, pages[0].tail = waiting, []
        return pages[:1]
    kept[-1].tail += waiting
    return kept
