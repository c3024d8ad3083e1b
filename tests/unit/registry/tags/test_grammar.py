"""Tag names are read as GTO reads them, and GTO reads those that we write."""

from __future__ import annotations

import pytest
from gto.constants import Action
from gto.tag import parse_name
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlspec.registry.tags.grammar import parse, stage_of, stage_tag, version_tag

WORDS = st.text(alphabet="ab1/_-.", min_size=1, max_size=5)
PIECES = st.sampled_from(
    ["demand", "@", "#", "!", "=", "v1.2.0", "v01.0.0", "v1.0.0-rc.1+b", "1", "01", "production", "deprecated", "created", "/", "-"]
)
NAMES = st.one_of(st.lists(st.one_of(PIECES, WORDS), max_size=7).map("".join), st.text(max_size=8))


@settings(max_examples=400, deadline=None)
@given(NAMES)
@example("sub/folder=demand@v1.0.0!#3")
@example("demand#production/week!#12")
@example("demand@deprecated#1")
@example("a#1#2")
@example("demand@v1.0.0\n")
def test_reads_what_gto_reads(name: str) -> None:
    mine = parse(name)
    if not name.isascii() or "\n" in name:  # no Git tag has a line's end; GTO's `\d` takes digits of every script
        return
    if "@created" in name and mine is not None:  # GTO itself has no action for it
        assert mine.action == "create"
        return
    theirs = parse_name(name, raise_on_fail=False)
    assert (mine is None) == (not theirs)
    if mine is not None:
        full = f"{mine.folder}:{mine.model}" if mine.folder else mine.model
        expected = {"name": full, "action": Action(mine.action), "version": mine.version, "stage": mine.stage, "counter": mine.number}
        assert theirs == {k: v for k, v in expected.items() if v is not None}


@pytest.mark.parametrize(
    ("name", "action"),
    [
        (version_tag("demand", "v1.2.0"), "register"),
        (stage_tag("demand", "production", 3), "assign"),
        (stage_tag("demand", "production", 3, leaves=True), "unassign"),
        (stage_tag("demand", stage_of("production", "demand-week", "demand"), 4), "assign"),
    ],
)
def test_what_is_written_reads_back(name: str, action: str) -> None:
    found = parse(name)
    assert found is not None
    assert (found.action, found.model) == (action, "demand")
    assert parse_name(name)["action"].value == action


def test_the_deployment_named_as_its_model_has_the_plain_stage() -> None:
    assert stage_of("production", "demand", "demand") == "production"
    assert stage_of("production", "demand-week", "demand") == "production/demand-week"
