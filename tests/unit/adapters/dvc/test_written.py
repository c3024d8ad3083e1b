"""Lock files put together without ruamel.yaml's emitter: its bytes, or nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
from dvc.dvcfile import modify_yaml
from dvc.utils.serialize import EncodingError, YAMLFileCorruptedError, dumps_yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mlspec.adapters.dvc import written
from mlspec.adapters.dvc.written import plain

WORDS = st.sampled_from(
    (
        *(
            "",
            ",",
            "2.0",
            "no",
            "Null",
            "~",
            "-",
            "--- a",
            "a: b",
            "a #b",
            "#",
            "'",
            '"',
            "é",
            "a\nb",
            " a",
            "a ",
            "1_0",
            "0o7",
            "0x1f",
            "..",
            ".",
        ),
        *(
            "_1",
            "1e5",
            "count >= 0",
            "=",
            "<<",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "?",
            "? a",
            "2024-02-30",
            "2024-01-01",
            "1:30",
            ".nan",
            ".inf",
        ),
        *(
            "../../a b.csv",
            "a  b",
            "python -m mlspec.runtime split",
            "y" * 130,
            "word " * 30,
            "0b" + "1" * 30,
            "12e4" * 8,
            "f" * 32 + ".dir",
        ),
    )
)
TEXTS = WORDS | st.text("abef01.-_:#'\" /,é\n", max_size=30) | st.text("0123456789abcdef", min_size=32, max_size=32)
SCALARS = TEXTS | st.integers() | st.booleans() | st.floats() | st.none()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.sampled_from("abc"), inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@example({"a": [{"b": [1, {"c": {}}]}, [], {}]})
@example({"a": {"b": {"c": ["x", {"d": 1.5, "e": -0.0}]}}})
def test_what_is_put_together_is_what_ruamel_writes(data: dict[str, object]) -> None:
    assert plain(data) in (None, dumps_yaml(data))


@pytest.mark.parametrize("length", [*range(55, 85), 130])
@pytest.mark.parametrize("around", [lambda w: {"k": w}, lambda w: {"a": {"deps": [{"path": w}]}}, lambda w: {"a": {"k" * 59: {"b": w}}}])
def test_a_long_path_stands_where_ruamel_puts_it(around: Callable[[str], dict[str, object]], length: int) -> None:
    data = around("../" + "a" * (length - 3))
    assert plain(data) in (None, dumps_yaml(data))


def test_a_path_of_a_lines_width_is_put_together() -> None:
    assert plain({"k": "a" * 77}) == f"k: {'a' * 77}\n" == dumps_yaml({"k": "a" * 77})
    assert plain({"k": "a" * 78}) is None


def test_what_stands_in_two_places_is_left_to_ruamel() -> None:
    twice: list[object] = ["a"]
    assert plain({"a": twice, "b": twice}) is None
    entry: dict[str, object] = {"c": 1}
    assert plain({"a": [entry, entry]}) is None
    assert plain({"a": [["b"]]}) is None


ENTRY = {"cmd": "python -m mlspec.runtime split", "deps": [{"path": "../a.csv", "hash": "md5", "md5": "12e4" * 8, "size": 3}]}
CANONICAL = dumps_yaml({"schema": "2.0", "stages": {"split": ENTRY}})


@pytest.mark.parametrize(
    "before",
    [
        None,
        "",
        CANONICAL,
        "# by hand\n" + CANONICAL,
        CANONICAL.replace("size: 3", 'size: 3  # so "many"'),
        CANONICAL.replace("md5\n", '"md5"\n'),
        "stages: {other: {cmd: 'a', params: {params.yaml: {x: 1e-3, y: 010, z: 0x1F}}}}\nschema: '2.0'\n",
        "schema: '2.0'\nstages:\n  other: &a\n    cmd: a\n  third: *a\n",
    ],
)
def test_a_file_is_changed_as_dvc_changes_it(tmp_path: Path, before: str | None) -> None:
    paths = [tmp_path / name for name in ("ours", "theirs")]
    for path, change in zip(paths, (written._changed, modify_yaml), strict=True):
        if before is not None:
            path.write_text(before)
        with change(str(path)) as data:
            if not data:
                data.update({"schema": "2.0"})
            data.setdefault("stages", {}).update({"train": OrderedDict(ENTRY, outs=[{"path": "model", "md5": "a" * 32 + ".dir"}])})
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_what_is_wrong_is_said_as_dvc_says_it(tmp_path: Path) -> None:
    path = tmp_path / "dvc.lock"
    for content, error in ((b"a: [1\n", YAMLFileCorruptedError), (b"a: \xff\n", EncodingError)):
        path.write_bytes(content)
        for change in (written._changed, modify_yaml):
            with pytest.raises(error), change(str(path)):
                pass
        assert path.read_bytes() == content


def test_dvc_has_its_own_way_back_afterwards() -> None:
    from dvc import dvcfile

    with written.plainly():
        assert dvcfile.modify_yaml is not modify_yaml
    assert dvcfile.modify_yaml is modify_yaml


def test_a_lock_of_ours_needs_no_emitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.adapters.dvc.written._asked", lambda text: {"2.0": "'2.0'"}[text])
    entry = ENTRY | {"deps": [{"path": "../a.csv", "md5": "0d" * 16}]}
    data = {"schema": "2.0", "stages": {"split": entry | {"params": {"params.yaml": {"split": {"seed": 7, "test": 0.25, "whole": True}}}}}}
    assert plain(data) == dumps_yaml(data)
