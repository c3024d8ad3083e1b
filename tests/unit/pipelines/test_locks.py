"""One reader of dvc.lock: odd ones say nothing, and stop nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlspec.pipelines.locks import _parsed, fault_of, lock_content, locked_outs, parse_lock
from mlspec.registry.history.locks import parse_lock as rooted

GOOD = b"schema: '2.0'\nstages:\n  train:\n    cmd: x\n    deps: [{path: ../a.csv, md5: aa}]\n    outs: [{path: model, md5: bb.dir, size: 3, nfiles: 2}]\n"


def test_a_good_one() -> None:
    lock = parse_lock(GOOD)["train"]
    assert (lock.command, lock.deps, lock.outs, lock.sizes) == ("x", {"../a.csv": "aa"}, {"model": "bb.dir"}, {"model": (3, 2)})
    assert locked_outs(GOOD) == {"model": "bb.dir"}
    assert rooted("pipelines/m", GOOD)["train"].deps == {"pipelines/a.csv": "aa"}
    assert fault_of(GOOD) is None
    assert locked_outs(b"stages: {train: {outs: [{path: model, md5: '1'}, odd, {}]}}") == {"model": "1"}


@pytest.mark.parametrize(
    "text", ["", "5", "stages: 5", "stages: [train]", "stages: {train: 5}", "stages: {train: {outs: 5}}", "stages: {train: {outs: {a: b}}}",
             "stages: {train: {outs: [5, {md5: x}, [1]]}}", "stages: {train: {outs: null, deps: text}}", "<<<<<<< HEAD\nstages: {}\n", "a: [", "\x00"],
)  # fmt: skip
def test_an_odd_one_names_nothing(text: str) -> None:
    assert locked_outs(text.encode()) == {}
    assert all(not stage.deps for stage in rooted("pipelines/m", text.encode()).values())


@pytest.mark.parametrize(
    "end", [b"", b"schema", b"schema: '2.0'\nstages:\n  train:\n", GOOD[: GOOD.index(b"deps")], GOOD[: GOOD.index(b"model,")] + b"}]\n"]
)
def test_one_that_a_killed_run_cut_off_is_unreadable_also_where_the_rest_is_yaml(tmp_path: Path, end: bytes) -> None:
    """The plan would take what is left for all that ran."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x/dvc.lock").write_bytes(end)
    cut = b"cmd: x" not in end or b"outs: [{path: }" in end
    assert lock_content(tmp_path, "x") == (end, True)
    assert fault_of(end) == ("cut" if cut else None)


def test_a_merge_s_marks_are_another_matter(tmp_path: Path) -> None:
    assert fault_of(b"<<<<<<< HEAD\n" + GOOD + b"=======\n>>>>>>> other\n") == "conflict"
    assert lock_content(tmp_path, "none") == (None, False)


values = st.recursive(st.none() | st.integers() | st.booleans() | st.text("ab:/.", max_size=4), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["stages", "outs", "deps", "path", "md5", "cmd", "params", "params.yaml", "size", "nfiles", "x"]), inner, max_size=4), max_leaves=15)  # fmt: skip


@given(values)
def test_no_lock_stops_the_reader(value: Any) -> None:
    content = yaml.safe_dump(value).encode()
    assert all(isinstance(md5, str) for md5 in locked_outs(content).values())
    assert fault_of(content) in (None, "cut")


def test_a_text_is_parsed_once_and_what_is_returned_is_the_callers() -> None:
    content = b"schema: '2.0'\nstages:\n  a:\n    cmd: one-of-a-kind\n"
    found = parse_lock(content)
    found.clear()
    before = _parsed.cache_info().misses
    assert list(parse_lock(content)) == ["a"]
    assert fault_of(content) is None
    assert _parsed.cache_info().misses == before
