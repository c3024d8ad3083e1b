"""The hidden marker tells our words from a person's, and content from content."""

from __future__ import annotations

import pytest

from mlspec.promotion.proposals.mark import is_untouched, marked, read_mark, remarked

CONTENT, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
BODY = marked(CONTENT, "Refresh source/sales", "Rows\n\n- more\n")


def test_our_own_text_is_known_again_however_the_form_sent_it() -> None:
    mark = read_mark(BODY)
    assert mark
    assert mark.content == CONTENT
    assert is_untouched("Refresh source/sales", BODY)
    assert is_untouched("Refresh source/sales", BODY.replace("\n", "\r\n").rstrip())


@pytest.mark.parametrize("body", [BODY.replace("more", "less"), BODY + "\nmine", BODY.split("\n", 1)[1], "", "mine\n" + BODY])
def test_a_changed_text_is_a_persons(body: str) -> None:
    assert not is_untouched("Refresh source/sales", body)


def test_a_changed_title_is_a_persons() -> None:
    assert not is_untouched("Urgent", BODY)


def test_a_marker_is_renewed_without_claiming_the_text() -> None:
    edited = BODY.replace("more", "less")
    renewed = remarked(edited, OTHER)
    mark = read_mark(renewed)
    assert mark
    assert mark.content == OTHER
    assert renewed.split("\n", 1)[1].strip() == edited.split("\n", 1)[1].strip()
    assert not is_untouched("Refresh source/sales", renewed)
    assert remarked("no marker", OTHER) == "no marker"


def test_a_marker_that_data_brings_along_does_not_count() -> None:
    forged = marked(OTHER, "t", "b")
    body = marked(CONTENT, "t", forged)
    mark = read_mark(body)
    assert mark
    assert mark.content == CONTENT
    assert is_untouched("t", body)
