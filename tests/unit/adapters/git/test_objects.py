"""Objects and trees: whatever they are called, each name gets its own answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.git_repos import commit_all, sh, start

from mlspec.adapters.git.objects import find_ids, read_blobs, read_files
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.diagnostics import Problems

ODD = ["a b", "ends in blob 5", "größe", 'quo"te', "tab\there", "-h", "back\\slash", "HEAD missing"]


@pytest.fixture
def work(tmp_path: Path) -> Repository:
    root = start(tmp_path / "work")
    (root / "folder").mkdir()
    for name in ODD:
        (root / "folder" / name).write_text(f"{name}\nlast line without an end")
    (root / "empty").write_bytes(b"")
    (root / "link").symlink_to("empty")
    commit_all(root)
    return open_repository(root)


def test_each_name_gets_its_own_bytes(work: Repository) -> None:
    names = [f"HEAD:folder/{name}" for name in ODD]
    asked = ["HEAD:nowhere", *names, "HEAD:folder", "HEAD:empty", "HEAD:link", "", names[0]]
    expected = [f"{name}\nlast line without an end".encode() for name in ODD]
    assert work.read(asked) == [None, *expected, None, b"", b"empty", None, expected[0]]
    assert work.exist(asked) == [False, *(True for _ in ODD), True, True, True, False, True]
    assert work.read([]) == [] and work.exist([]) == []


@pytest.mark.parametrize(
    "name",
    [
        "HEAD:empty\nHEAD:folder/a b",
        "HEAD:empty\r",
        "HEAD:empty\0x",
        "\n",
        "HEAD\nHEAD:empty",
        "HEAD:empty\n\n",
        "HEAD:../empty",
        "HEAD:./empty",
    ],
)
def test_what_can_be_no_name_names_nothing_and_shifts_no_other(work: Repository, name: str) -> None:
    """A record's `commit` is text that somebody wrote: it must not decide what is read in another's place."""
    after = "HEAD:folder/a b"
    assert work.read([name, after, name, "HEAD:empty"]) == [None, b"a b\nlast line without an end", None, b""]
    assert work.exist([name, after, "HEAD:absent"]) == [False, True, False]


def test_what_looks_like_an_option_or_an_answer_is_a_name(work: Repository) -> None:
    assert work.read(["--help", "HEAD:empty blob 4", "deadbeef missing", "HEAD:empty", "HEAD"]) == [None, None, None, b"", None]


def test_names_that_are_no_text_are_asked(work: Repository) -> None:
    name = os.fsencode(work.root) + b"/gr\xfc\xdfe"
    Path(os.fsdecode(name)).write_bytes(b"latin-1")
    commit_all(work.root)
    (path,) = [p for p in work.list_files("HEAD", ["."]) if not p.startswith("folder/") and p != "empty"]
    assert work.read([f"HEAD:{path}"]) == [b"latin-1"] and work.show("HEAD", path) == b"latin-1"


def test_a_blob_that_is_gone_is_told(work: Repository) -> None:
    blob = work.blobs("HEAD", ["empty"])["empty"]
    with pytest.raises(Problems, match="0000000000 is missing in this clone") as caught:
        read_blobs(work.root, [blob, "0" * 40])
    assert caught.value.diagnostics[0].code == "MLS0959"


def test_a_repository_of_sha256(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    sh(root, "git", "init", "--quiet", "--initial-branch", "main", "--object-format=sha256")
    for key in ("name", "email"):
        sh(root, "git", "config", f"user.{key}", "ada@example.org")
    (root / "a").write_text("a")
    commit_all(root)
    found = open_repository(root)
    head = found.resolve("main")
    assert len(head) == 64 and found.show(head, "a") == b"a" and found.parents(head) == []
    assert find_ids(root, [f"{head}:a"]) == [found.blobs("HEAD", ["a"])["a"]] and read_files(root, ["main:a"]) == [b"a"]


def test_a_tree_is_no_commit(work: Repository) -> None:
    tree = sh(work.root, "git", "rev-parse", "HEAD^{tree}")
    for ask in (
        lambda: work.blobs(tree, ["empty"]),
        lambda: work.parents(tree),
        lambda: work.is_ancestor(tree, "HEAD"),
        lambda: work.tree_hashes(tree, ["empty"]),
    ):
        with pytest.raises(Problems) as caught:
            ask()
        assert caught.value.diagnostics[0].code == "MLS0958"


def test_folders_and_texts(work: Repository) -> None:
    assert work.folders("HEAD", ["."]) == ["folder"]
    assert work.folders("HEAD", ["folder", "nowhere"]) == [] and work.folders("HEAD", []) == []
    assert work.files_with("HEAD", "größe", ["folder", "nowhere"]) == ["folder/größe"]
    assert work.files_with("HEAD", "in no file", ["folder"]) == []
    assert work.files_with("HEAD", "-h", ["folder"]) == ["folder/-h"]
    assert work.odd_entries("HEAD", ["."]) == ["link"]


def test_more_paths_than_a_command_has_room_for(work: Repository) -> None:
    many = [f"nowhere/{'x' * 200}/{n}" for n in range(20_000)]
    assert work.blobs("HEAD", [*many, "folder"]).keys() == {f"folder/{name}" for name in ODD}
    assert set(work.entries("HEAD", [*many, "link"]).values()) == {None, work.entries("HEAD", ["link"])["link"]}
    assert work.show_all("HEAD", [*many, "folder/-h", "empty"]).keys() == {"folder/-h", "empty"}
