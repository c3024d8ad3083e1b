"""Objects asked for by `commit:path`: each answer is that of its own name, whatever a record calls its commit."""

from __future__ import annotations

import pytest
from support.git_repos import commit_all, start

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.registry.history.names import exist, read_names


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    root = start(tmp_path_factory.mktemp("names"))
    for path, content in {"a": b"one\n", "b c": b"HEAD:a missing\nblob 3\n", "folder/empty": b"", "bytes": b"\x00\xff\n"}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(content)
    commit_all(root)
    return open_repository(root)


def test_every_name_gets_its_own_bytes(repository: Repository) -> None:
    names = ["HEAD:a", "HEAD:absent", "HEAD:b c", "nothing:a", "HEAD:folder", "HEAD:folder/empty", "", "HEAD:bytes", "HEAD"]
    found = read_names(repository, names)
    assert found == [b"one\n", None, b"HEAD:a missing\nblob 3\n", None, None, b"", None, b"\x00\xff\n", None]
    assert read_names(repository, []) == []


@pytest.mark.parametrize("name", ["HEAD:a\nHEAD:bytes", "\n", "HEAD\nHEAD:a", "HEAD:a\n\n", "HEAD:../a", "HEAD:./a"])
def test_what_can_be_no_name_names_nothing_and_shifts_no_other(repository: Repository, name: str) -> None:
    """A record's `commit` is text that somebody wrote: it must not decide what is read in another's place."""
    assert read_names(repository, [name, "HEAD:a", name, "HEAD:bytes"]) == [None, b"one\n", None, b"\x00\xff\n"]
    assert exist(repository, {"x": name, "y": "HEAD:a", "z": "HEAD:absent"}) == {"x": False, "y": True, "z": False}


def test_what_looks_like_an_option_or_an_answer_is_a_name(repository: Repository) -> None:
    assert read_names(repository, ["--help", "HEAD:a blob 4", "deadbeef missing", "HEAD:a"]) == [None, None, None, b"one\n"]
