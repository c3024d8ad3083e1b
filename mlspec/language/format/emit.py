"""A tree with its comments -> canonical text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.language.format.scalars import block_text, folded_text, quoted, scalar_text
from mlspec.language.format.tree import Comment, Entry, Page, Part

WIDTH = 120
STEP = 2


def write_pages(text: str, pages: Iterable[Page]) -> str:
    """Return the documents, read from `text`, as canonical text."""
    written = [_Writer(text).page(page) for page in pages]
    return "---\n".join("".join(line + "\n" for line in lines) for lines in written)


@dataclass(slots=True)
class _Writer:
    source: str

    def page(self, page: Page) -> list[str]:
        lines: list[str] = []
        for comment in page.head:
            _own_line(lines, comment, 0)
        if not page.empty:
            entries = page.root.value.entries
            gap = page.gap or bool(entries and entries[0].blank)
            lines += ([""] if gap and lines else []) + self._root(page.root)
        for comment in page.tail:
            _own_line(lines, comment, 0)
        return lines

    def _root(self, root: Entry) -> list[str]:
        part = root.value
        lines: list[str] = []
        if self._is_inline(part, 0):
            for comment in root.eol[1:]:
                _own_line(lines, comment, 0)
            return lines + self._with_comment(self._inline_lines("", part, 0), root)
        lead, body = self._block(part, 0)
        for comment in [*root.eol, *lead]:
            _own_line(lines, comment, 0)
        return [*lines, *([_properties(part)] if _properties(part) else []), *body]

    def _block(self, part: Part, indent: int) -> tuple[list[Comment], list[str]]:
        """The lines of a block collection, and the comments that stand above its first entry: where those go, the caller knows."""
        lead, lines = self._entry(part.entries[0], indent)
        for entry in part.entries[1:]:
            above, body = self._entry(entry, indent)
            for comment in above:
                _own_line(lines, comment, indent)
            lines += [*([""] if entry.blank and lines[-1] else []), *body]
        for comment in part.tail:
            _own_line(lines, comment, indent)
        return lead, lines

    def _entry(self, entry: Entry, indent: int) -> tuple[list[Comment], list[str]]:
        """The entry's lines, and the comments that go above them."""
        part, above = entry.value, [*entry.before, *entry.eol[1:]]
        prefix = " " * indent + (_key(entry.key) + ":" if entry.key else "-")
        if self._is_inline(part, len(prefix) + 1):
            return above, self._with_comment(self._inline_lines(prefix + " ", part, indent + STEP), entry)
        lead, body = self._block(part, indent + STEP)
        properties = _properties(part)
        if entry.key is None and not properties:
            return [*above, *entry.eol[:1], *lead], [f"{prefix} {body[0][indent + STEP :]}", *body[1:]]
        lines = self._with_comment([f"{prefix} {properties}".rstrip(" ")], entry)
        for number, comment in enumerate(lead):
            _own_line(lines, comment, indent + STEP, first=number == 0)
        return above, lines + body

    def _is_inline(self, part: Part, column: int) -> bool:
        """Whether the part stands behind its key: scalars always; flow collections where they fit, and hold no comment."""
        if not part.entries:
            return True
        return part.flow and not _has_comments(part) and column + len(_flow_text(part)) <= WIDTH

    def _inline_lines(self, prefix: str, part: Part, indent: int) -> list[str]:
        if part.kind == "scalar":
            return self._scalar_lines(prefix, part, max(indent, STEP))
        return [prefix + _flow_text(part)]

    def _scalar_lines(self, prefix: str, part: Part, indent: int) -> list[str]:
        properties = _properties(part)
        start = prefix + (properties + " " if properties else "")
        block = block_text(self.source, part, indent) if part.style in ("|", ">") else None
        text = scalar_text(part) if block is None else ""
        if block is None and "\n" in self.source[part.start : part.end] and len(start) + len(text) > WIDTH:
            block = folded_text(part, indent, WIDTH)
        if block is not None:
            return [start + block[0], *block[1:]]
        return [start + text] if text else [start.rstrip(" ")]

    def _with_comment(self, lines: list[str], entry: Entry) -> list[str]:
        """The comment keeps its column where the line leaves room: comments that stand in a row stay in a row."""
        if entry.eol:
            comment = entry.eol[0]
            lines = [f"{lines[0]}{' ' * max(2, comment.column - len(lines[0]))}{comment.text}", *lines[1:]]
        return lines


def _own_line(lines: list[str], comment: Comment, indent: int, *, first: bool = False) -> None:
    if comment.blank and lines and lines[-1] and not first:
        lines.append("")
    lines.append(" " * indent + comment.text)


def _key(key: Part) -> str:
    text = _flow_text(key)
    return f"{text} " if key.kind == "alias" else text


def _properties(part: Part) -> str:
    """The anchor and the tag, as they are written."""
    tag = part.tag or ""
    core = "tag:yaml.org,2002:"
    shown = "!!" + tag.removeprefix(core) if tag.startswith(core) else tag
    return " ".join(word for word in (f"&{part.anchor}" if part.anchor else "", shown) if word)


def _has_comments(part: Part) -> bool:
    return bool(part.tail) or any(e.before or e.eol or _has_comments(e.value) for e in part.entries)


def _flow_text(part: Part) -> str:
    """The part on one line."""
    return f"{_properties(part)} {_flow_body(part)}".strip(" ")


def _flow_body(part: Part) -> str:
    if part.kind == "alias":
        return f"*{part.value}"
    if part.kind == "scalar":
        text = scalar_text(part)
        return quoted(part.value) if text == part.value and any(c in text for c in ",[]{}") else text
    if part.kind == "seq":
        return "[" + ", ".join(_flow_text(e.value) for e in part.entries) + "]"
    return "{" + ", ".join(f"{_key(e.key) if e.key else ''}: {_flow_text(e.value)}" for e in part.entries) + "}"
