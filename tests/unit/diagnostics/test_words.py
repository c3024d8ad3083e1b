"""Lists, counts, shares and times as people read them."""

from __future__ import annotations

import pytest

from mlspec.diagnostics import words


def test_a_list_says_how_many_are_left() -> None:
    assert words.some([]) == ""
    assert words.some("abc") == "a, b, c"
    assert words.some(str(n) for n in range(4)) == "0, 1, 2 and 1 more"
    assert words.some(range(2_005), 5) == "0, 1, 2, 3, 4 and 2,000 more"
    assert words.some(["model/a", "model/b"], 1) == "model/a and 1 more"
    assert words.and_more(3, 3) == ""
    assert words.and_more(5, 3, "file") == " and 2 more files"


def test_lines_end_with_how_many_are_left() -> None:
    assert words.some_lines(["- a", "- b"], 2, sign="- ") == ["- a", "- b"]
    assert words.some_lines(["- a", "- b", "- c"], 2, sign="- ") == ["- a", "- b", "- and 1 more"]
    assert words.some_lines(["a", "b"], 0, "job") == ["and 2 more jobs"]


def test_a_noun_follows_its_number() -> None:
    assert [words.counted(n, "file") for n in (0, 1, 2, 1_200)] == ["0 files", "1 file", "2 files", "1,200 files"]
    assert [words.often(n) for n in (1, 2, 3)] == ["once", "twice", "3 times"]
    assert words.either(["rest", "batch"]) == "`rest` or `batch`"


@pytest.mark.parametrize(
    ("share", "told"), [(0.95, "95%"), (0, "0%"), (0.0123456, "1.235%"), (20, "2,000%"), (0.00005, "0.005%"), (-0.5, "-50%")]
)
def test_a_share_is_told_as_percent(share: float, told: str) -> None:
    assert words.percent(share) == told


def test_a_share_of_a_spec_keeps_its_digits() -> None:
    assert words.percent(0.999999, 6) == "99.9999%"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(604800, "7d"), (129600, "36h"), (5400, "90min"), (90, "90s"), (0.5, "0.5s"), (0, "0s"), (86400.0, "1d"), (60, "1min")],
)
def test_a_duration_is_told_as_specs_write_it(seconds: float, told: str) -> None:
    assert words.duration(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (59.4, "59 s"),
        (59.9, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (3599.6, "1 h 0 min"),
        (86400 + 3600, "25 h 0 min"),
        (3 * 86400 + 4 * 3600, "3 days 4 h"),
    ],
)
def test_what_was_measured_has_two_units(seconds: float, told: str) -> None:
    assert words.took(seconds) == told


def test_what_is_estimated_is_no_finer_than_anybody_knows() -> None:
    assert [words.about(s) for s in (0.2, 12.4, 59.0, 61, 3600, 7500.0)] == ["1 s", "12 s", "59 s", "1 min", "1 h", "2 h 5 min"]


def test_how_long_ago() -> None:
    assert [words.ago(s) for s in (0, -5, 60, 7200, 86400 * 3.9)] == ["just now", "just now", "1 minute ago", "2 hours ago", "3 days ago"]


def test_a_long_text_is_cut_to_as_many_characters() -> None:
    assert [words.cut("abcde", most) for most in (6, 5, 4, 1)] == ["abcde", "abcde", "abc…", "…"]
