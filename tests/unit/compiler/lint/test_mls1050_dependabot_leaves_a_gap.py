"""MLS1050: Dependabot is told too much, or too little."""

from __future__ import annotations

import pytest
from support.lint import CLEAN, PROJECT, edited, linted, told

FILE = ".github/dependabot.yml"
ACTIONS = "{package-ecosystem: github-actions, directory: /, schedule: {interval: weekly}%s}"
PIP = "{package-ecosystem: %s, directory: %s, schedule: {interval: weekly}}"
FOUR = "actions/checkout, actions/setup-python, actions/upload-artifact, actions/download-artifact"


def config(*updates: str) -> dict[str, str]:
    return {FILE: "version: 2\nupdates:\n" + "".join(f"  - {u}\n" for u in updates)}


def locked(path: str) -> dict[str, str]:
    return edited((PROJECT, "requirements.lock", path))


def test_it_tells_of_bumps_in_generated_workflows() -> None:
    found = told("MLS1050", CLEAN, files=config(ACTIONS % ""))
    assert found == [(PROJECT, "shop", f"{FILE} lets Dependabot bump the actions of generated workflows")]


@pytest.mark.parametrize(
    "option",
    [
        ', exclude-paths: [".github/workflows/mlspec-*.yml"]',
        ', exclude-paths: ["/.github/workflows/mlspec-*"]',
        ", exclude-paths: [.github/workflows]",
        ', ignore: [{dependency-name: "actions/*"}]',
        f", ignore: [{', '.join(f'{{dependency-name: {name}}}' for name in FOUR.split(', '))}]",
        ", open-pull-requests-limit: 0",
    ],
)
def test_it_is_silent_where_they_are_left_out(option: str) -> None:
    assert told("MLS1050", CLEAN, files=config(ACTIONS % option)) == []


@pytest.mark.parametrize(
    "option",
    [
        ', exclude-paths: [".github/workflows/release-*.yml"]',
        ", ignore: [{dependency-name: actions/checkout}]",
        ', ignore: [{dependency-name: "actions/*", update-types: ["version-update:semver-major"]}]',
        ", ignore: 7, exclude-paths: {}",
    ],
)
def test_a_part_is_not_enough(option: str) -> None:
    assert len(told("MLS1050", CLEAN, files=config(ACTIONS % option))) == 1


def test_it_tells_of_a_lock_that_nobody_keeps_up_to_date() -> None:
    found = linted(locked("locks/all.txt"), "MLS1050", lock="locks/all.txt", files=config(PIP % ("pip", "/")))
    assert [(d.message, d.help) for d in found] == [
        (
            f"{FILE} has no entry for the requirements lock",
            'add `- {package-ecosystem: pip, directory: "/locks", schedule: {interval: weekly}, cooldown: {default-days: 7}}` to `updates`',
        )
    ]


@pytest.mark.parametrize(
    "entry", [PIP % ("pip", "/locks"), PIP % ("uv", "/locks/"), PIP.replace("directory", "directories") % ("pip", '["/**"]')]
)
def test_it_is_silent_on_the_twin(entry: str) -> None:
    assert told("MLS1050", locked("locks/all.txt"), lock="locks/all.txt", files=config(entry)) == []


@pytest.mark.parametrize("text", ["", "updates: 7\n", "- a\n", "a: [\n", "updates: [7, null]\n", "---\n---\n"])
def test_what_is_no_configuration_is_githubs_to_tell(text: str) -> None:
    assert told("MLS1050", CLEAN, files={FILE: text}) == []


def test_without_a_file_of_the_users_it_says_nothing() -> None:
    assert told("MLS1050", CLEAN) == []
