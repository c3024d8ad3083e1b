"""MLS1049: nobody need approve what is deployed."""

from __future__ import annotations

from support.lint import CLEAN, PRODUCTION, PROJECT, STAGING, edited, told, without

NOBODY = edited((PROJECT, ', owner: "@acme/sales"', ""))


def test_it_tells() -> None:
    assert told("MLS1049", NOBODY) == [(PROJECT, "shop", "the Project names no owner, so no CODEOWNERS is written")]
    unknown = edited((PROJECT, '"@acme/sales"', "Ada"))
    assert told("MLS1049", unknown) == [(PROJECT, "Ada", "GitHub knows no such owner, so no CODEOWNERS is written")]


def test_it_is_silent_on_the_twins() -> None:
    assert told("MLS1049", CLEAN) == []
    assert told("MLS1049", NOBODY, files={"docs/CODEOWNERS": "* @ada\n"}) == []
    assert told("MLS1049", without(NOBODY, STAGING, PRODUCTION)) == []
