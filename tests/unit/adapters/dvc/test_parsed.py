"""Texts that DVC parses once: the same values as without, whatever is done with them, and what the file says now."""

from __future__ import annotations

from pathlib import Path

import pytest
from dvc.utils import serialize
from dvc.utils.serialize import EncodingError, YAMLFileCorruptedError

from mlspec.adapters.dvc.parsed import parsed_once


class Disk:
    """What DVC asks of a file system here."""

    open = staticmethod(open)

    @staticmethod
    def suffix(path: str) -> str:
        return Path(path).suffix


def load(path: Path) -> object:
    return serialize.load_path(str(path), Disk())


def test_values_are_those_of_dvcs_own_loader_and_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("split: {test: 1e-3, seed: 010, by: [a, yes]}\n")
    own = load(path)
    with parsed_once():
        one, other = load(path), load(path)
        assert one == other == own == {"split": {"test": 0.001, "seed": 10, "by": ["a", "yes"]}}
        assert isinstance(one, dict)
        one["split"]["by"].append("b")
        assert load(path) == own


def test_what_changed_is_read_again_and_an_empty_file_is_no_mapping_less(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    with parsed_once():
        for text, value in (("a: 1\n", {"a": 1}), ("a: 2\n", {"a": 2}), ("", {}), ("a: 1\n", {"a": 1})):
            path.write_text(text)
            assert load(path) == value


def test_what_is_wrong_is_said_as_dvc_says_it(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    with parsed_once():
        path.write_text("a: [1\n")
        with pytest.raises(YAMLFileCorruptedError):
            load(path)
        path.write_bytes(b"a: \xff\n")
        with pytest.raises(EncodingError):
            load(path)
        path.unlink()
        with pytest.raises(FileNotFoundError):
            load(path)


def test_the_table_is_as_before_afterwards() -> None:
    before = dict(serialize.LOADERS)
    with parsed_once(), parsed_once():
        assert serialize.LOADERS[".yaml"] is not before.get(".yaml")
    assert dict(serialize.LOADERS) == before


def test_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.adapters.dvc.parsed._KEPT", 2)
    parsed = list[str]()
    real = serialize.parse_yaml
    monkeypatch.setattr(serialize, "parse_yaml", lambda text, path: parsed.append(text) or real(text, path))
    path = tmp_path / "params.yaml"
    with parsed_once():
        for text in ("a: 1\n", "a: 2\n", "a: 1\n", "a: 3\n", "a: 1\n", "a: 2\n"):
            path.write_text(text)
            load(path)
    assert parsed == ["a: 1\n", "a: 2\n", "a: 3\n", "a: 2\n"]
