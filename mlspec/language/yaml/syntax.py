"""What the YAML parser stopped at, in words of the file: what was opened and never closed, what wants quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.language.yaml.tabs import TAB_INDENT, tab_diagnostic

_OPENED = {
    "while parsing a flow sequence": "the list is opened here",
    "while parsing a flow mapping": "the mapping is opened here",
    "while parsing a block mapping": "the mapping starts here",
    "while parsing a block collection": "the list starts here",
}


def syntax_diagnostic(path: str, text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    """Return the diagnostic of a parser's error, at what the user has to change."""
    told, context = error.problem or error.context or "it can't be read", error.context or ""
    if "quoted scalar" in context and "unexpected" in told and error.context_mark:
        return Diagnostic(
            "MLS0135", "the quote is never closed", _span(path, error.context_mark), "close it, or escape quotes inside the text"
        )
    mark = error.problem_mark or error.context_mark
    if "could not find expected ':'" in told:
        mark = error.context_mark or mark
    span = _span(path, mark) if mark else Span(path)
    before, char = _around(text, mark)
    if char == "\t" or TAB_INDENT.match(before + char):
        return tab_diagnostic(_span(path, mark))
    colonless = _colonless(text, mark) if "did not find expected key" in told and "block" in context else None
    if colonless and mark:
        line, word = colonless
        at = Span(path, line, mark.column + 1, line, mark.column + 1 + len(word))
        return Diagnostic("MLS0135", f"the file is not YAML: `{word}` has no `:` behind it", at, f"write `{word}: …`")
    message, help_text = _words(told, context, before, char)
    return Diagnostic("MLS0135", f"the file is not YAML: {message}", span, help_text, related=tuple(_related(path, error, mark)))


def _words(told: str, context: str, before: str, char: str) -> tuple[str, str]:  # noqa: C901, PLR0911 - a table of cases
    if "mapping values are not allowed" in told and ":" not in before:
        return "the line goes on with the text of the line before", "check the line before: its `:` is missing, or its indentation is wrong"
    if "mapping values are not allowed" in told:
        return "a `: ` stands inside text", "quote the text; or move the key to a line of its own"
    if "cannot start any token" in told:
        return f"`{char}` can't begin plain text", "quote the text"
    if "could not find expected ':'" in told:
        return "this is no key", "a key needs `: ` after it"
    if "escape" in told or "hexdecimal" in told:
        return (
            "the text in quotes holds a `\\` that begins no escape of YAML",
            "write `\\\\`, or use single quotes: there a `\\` is plain text",
        )
    if "undefined alias" in told:
        return "the alias has no anchor", "quote the text: a leading `*` makes it an alias"
    if before.endswith("$") and char == "{":
        return "`{` starts a mapping here", 'quote the variable: "${var.NAME}"'
    if "did not find expected key" in told and "block" in context:
        return "the line is not indented like those before it", "give the keys of one mapping the same indentation"
    if "did not find expected '-' indicator" in told:
        return "the line is not indented like the list before it", "give the items of one list the same indentation"
    if "flow" in context:
        return told.replace("did not find expected", "there is no").replace("'", "`"), "close the bracket, or put a comma between the items"
    return told, "check quotes, brackets and indentation here and on the line before"


_WORD_ALONE = re.compile(r"\s*([A-Za-z_][\w.-]*)(?:\s+[^#\s].*)?(?:\s+#.*)?")


def _colonless(text: str, mark: Any) -> tuple[int, str] | None:
    """The line above the one that the parser stopped at, where it looks like a key without its colon: its number, and the word."""
    lines = text.splitlines()
    for number in range(getattr(mark, "line", 0), 0, -1):
        line = lines[number - 1]
        if line.strip() and not line.lstrip().startswith("#"):
            found = _WORD_ALONE.fullmatch(line)
            is_beside = len(line) - len(line.lstrip()) == mark.column
            return (number, found[1]) if found and is_beside and ":" not in line.partition(" #")[0] else None
    return None


def _related(path: str, error: yaml.MarkedYAMLError, mark: Any) -> Iterator[Related]:
    note, opened = _OPENED.get(error.context or ""), error.context_mark
    if note and opened and mark and (opened.line, opened.column) != (mark.line, mark.column):
        yield Related(_span(path, opened), note)


def _around(text: str, mark: Any) -> tuple[str, str]:
    """The text of the line before a mark, and the character at it."""
    index = getattr(mark, "index", None)
    return ("", "") if index is None else (text[max(0, index - mark.column) : index], text[index : index + 1])


def _span(path: str, mark: Any) -> Span:
    return Span(path, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
