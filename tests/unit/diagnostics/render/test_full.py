"""The styles for people: places, excerpts, carets under wide characters, colour."""

from __future__ import annotations

from mlspec.diagnostics import Diagnostic, Related, Span, did_you_mean
from mlspec.diagnostics.render import render
from mlspec.diagnostics.render.excerpt import MAX_WIDTH, excerpt, visible, width


def full(line: str, start: int, end: int) -> list[str]:
    """Excerpt and caret line of a finding in line 1 of a file."""
    text = render([Diagnostic("MLS0101", "m", Span("a.yaml", 1, start, 1, end))], "full", sources={"a.yaml": line + "\n"})
    return text.split("\n")[3:5]


def test_message_place_excerpt_help_and_count() -> None:
    found = Diagnostic("MLS0101", "unknown key `tagret`", Span("specs/demand.yaml", 2, 3, 2, 9), "did you mean `target`?")
    assert render([found], "full", sources={"specs/demand.yaml": "spec:\n  tagret: count\n"}) == (
        "error[MLS0101]: unknown key `tagret`\n"
        " --> specs/demand.yaml:2:3\n"
        "  |\n"
        "2 |   tagret: count\n"
        "  |   ^^^^^^\n"
        "  = help: did you mean `target`?\n"
        "\n"
        "found 1 error\n"
    )


def test_both_places_are_shown_and_line_numbers_line_up() -> None:
    related = (Related(Span("a.yaml", 9, 1, 9, 2), "first here"),)
    text = render([Diagnostic("MLS0136", "twice", Span("a.yaml", 10, 1, 10, 2), related=related)], "full", sources={"a.yaml": "k\n" * 10})
    assert "10 | k\n   | ^\n" in text
    assert " 9 | k\n   | ^ first here\n" in text


def test_severities_are_counted() -> None:
    found = [Diagnostic("MLS0101", "m", severity=s) for s in ("error", "error", "warning", "note")]
    assert render(found, "full").splitlines()[-1] == "found 2 errors, 1 warning and 1 note"
    assert render([], "full") == ""


def test_carets_line_up_after_wide_and_combining_characters() -> None:
    line, carets = full("{需要: e\u0301🚲, x: 1}", 11, 12)
    assert line == "1 | {需要: e\u0301🚲, x: 1}"
    assert width(carets) - 1 == width(line[: line.index("x:")])


def test_carets_under_wide_characters_are_as_wide() -> None:
    assert full("a: 需要", 4, 6)[1] == "  |    ^^^^"


def test_tabs_are_shown_as_four_columns() -> None:
    assert full("\tx: 1", 2, 3) == ["1 |     x: 1", "  |     ^"]


def test_a_long_line_is_cut_around_the_mark() -> None:
    line, carets = excerpt("a" * 500 + "MARK" + "b" * 500, Span("a", 1, 501, 1, 505))
    assert len(line) <= MAX_WIDTH + 2
    assert line[carets.index("^") : carets.rindex("^") + 1] == "MARK"
    assert line[0] == line[-1] == "…"


def test_a_mark_that_is_itself_too_long_is_cut() -> None:
    line, carets = excerpt("n" * 500, Span("a", 1, 1, 1, 501))
    assert len(line) <= MAX_WIDTH + 2
    assert len(carets) <= MAX_WIDTH + 2


def test_a_place_beyond_the_line_or_the_file_is_no_error() -> None:
    assert full("ab", 9, 9) == ["1 | ab", "  |   ^"]
    text = render([Diagnostic("MLS0135", "m", Span("a.yaml", 99, 1, 99, 2))], "full", sources={"a.yaml": "x\n"})
    assert text == "error[MLS0135]: m\n  --> a.yaml:99:1\n\nfound 1 error\n"


def test_a_file_as_a_whole_shows_no_line_of_it() -> None:
    text = render([Diagnostic("MLS0144", "m", Span("a.yaml"))], "full", sources={"a.yaml": "root:x:0:0\n"})
    assert "root" not in text


def test_lines_are_counted_as_yaml_counts_them() -> None:
    text = "one\x0cstill one\u2028two\r\nthree\rfour"
    shown = render([Diagnostic("MLS0101", "m", Span("a.yaml", 4, 1, 4, 2))], "full", sources={"a.yaml": text})
    assert "4 | four" in shown


def test_a_byte_order_mark_takes_no_column() -> None:
    assert full("\ufeffkind: x", 1, 5) == ["1 | kind: x", "  | ^^^^"]


def test_escapes_are_unambiguous() -> None:
    assert visible("\x1b\x9b\u202e\U000e0001") == "\\x1b\\x9b\\u202e\\U000e0001"


def test_colour_is_only_in_the_label() -> None:
    plain = render([Diagnostic("MLS0101", "m")], "full")
    coloured = render([Diagnostic("MLS0101", "m")], "full", colour=True)
    assert coloured == plain.replace("error[MLS0101]", "\x1b[1;31merror[MLS0101]\x1b[0m")


def test_concise_is_one_line_a_finding() -> None:
    found = [Diagnostic("MLS0101", "two\nlines", Span("a.yaml", 2, 3, 2, 4), "fix"), Diagnostic("MLS0401", "no place", severity="warning")]
    assert render(found, "concise") == "a.yaml:2:3: error[MLS0101]: two lines (fix)\nwarning[MLS0401]: no place\n"


def test_suggestions() -> None:
    assert did_you_mean("tagret", ["target", "task"]) == "did you mean `target`?"
    assert did_you_mean("TARGET", ["target"]) == "did you mean `target`?"
    assert did_you_mean("zzz", ["b", "a"]) == "one of: `a`, `b`"
    assert did_you_mean("zzz", []) is None
    assert (did_you_mean("zzz", [f"name{i:02}" for i in range(40)]) or "").endswith("`name11`, …")
