"""MLS1048: CODEOWNERS leaves a gap."""

from __future__ import annotations

import pytest
from support.lint import CLEAN, MODEL, PRODUCTION, PROJECT, edited, linted, told

from mlspec.compiler.project.codeowners import MAX_BYTES

WHOLE = "* @acme/platform\n/specs/demand.yaml @acme/sales\n"


def helps(text: str, specs: dict[str, str] = CLEAN, path: str = ".github/CODEOWNERS") -> list[str]:
    return [str(d.help) for d in linted(specs, "MLS1048", files={path: text})]


def test_it_tells_of_each_place_without_an_owner() -> None:
    text = "/environments/production/ @x\n/specs/ @acme/sales\n/.github @x\n"
    assert told("MLS1048", CLEAN, files={"CODEOWNERS": text}) == [
        (PROJECT, '"@acme/sales"', "CODEOWNERS names no owner for `CODEOWNERS`"),
        (PROJECT, '"@acme/sales"', "CODEOWNERS names no owner for `environments/staging/`"),
        (PROJECT, '"@acme/sales"', "CODEOWNERS names no owner for `mlspec.yaml`"),
        (PROJECT, '"@acme/sales"', "CODEOWNERS names no owner for `promotions/staging/new/`"),
        (PROJECT, '"@acme/sales"', "CODEOWNERS names no owner for `registry/new/`"),
        (PROJECT, '"@acme/sales"', "CODEOWNERS names no owner for `requirements.lock`"),
    ]
    assert "add the line `/environments/ @acme/sales`, above those of files in it" in helps(text)


def test_the_line_that_it_names_is_enough() -> None:
    text, given = "", helps("# nothing\n")
    for advice in given:
        text = "\n".join([advice.split("`")[1], text] if "above" in advice else [text, advice.split("`")[1]])
    assert len(given) == 7
    assert helps(text) == []


def test_an_owner_who_is_overruled_is_told() -> None:
    assert told("MLS1048", CLEAN, files={".github/CODEOWNERS": "* @acme/platform\n"}) == [
        (MODEL, '"@acme/sales"', ".github/CODEOWNERS gives `specs/demand.yaml` to @acme/platform, not to the owner of `model/demand`")
    ]
    assert helps("* @acme/platform\n") == ["add the line `/specs/demand.yaml @acme/sales` at its end, or correct `owner`"]
    assert helps("/specs/demand.yaml @acme/sales\n* @acme/platform\n") != []
    assert "gives `specs/demand.yaml` to nobody" in str(
        told("MLS1048", CLEAN, files={".github/CODEOWNERS": WHOLE + "/specs/demand.yaml\n"})
    )


@pytest.mark.parametrize("place", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
def test_it_is_silent_on_the_twin(place: str) -> None:
    assert helps(WHOLE, path=place) == []


def test_the_first_place_counts() -> None:
    assert linted(CLEAN, "MLS1048", files={".github/CODEOWNERS": WHOLE, "CODEOWNERS": ""}) == []
    assert linted(CLEAN, "MLS1048", files={"CODEOWNERS": "", "docs/CODEOWNERS": WHOLE}) != []


def test_names_that_github_does_not_know_are_not_compared() -> None:
    specs = edited((MODEL, '"@acme/sales"', "Ada of sales"), (PROJECT, '"@acme/sales"', "Ada"))
    assert helps(WHOLE, specs) == []
    assert "add the line `/registry/ @your-org/your-team`, above those of files in it" in helps("", specs)


def test_without_a_file_of_the_users_it_says_nothing() -> None:
    assert linted(CLEAN, "MLS1048") == []


def test_a_file_that_github_does_not_load_names_nobody() -> None:
    assert len(helps(WHOLE.ljust(MAX_BYTES, "#"))) == 7


def test_a_deployment_may_have_its_own() -> None:
    specs = edited((PRODUCTION, "environment: production", 'environment: production, owner: "@acme/leads"'))
    assert [p for p, _, _ in told("MLS1048", specs, files={"CODEOWNERS": WHOLE})] == [PRODUCTION]
