from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from mlspec.adapters.dvc import store
from mlspec.adapters.dvc.store import fetch, push, remote_has, restore
from mlspec.diagnostics import Problems


def put(odb: Path, content: bytes, suffix: str = "") -> str:
    md5 = hashlib.md5(content).hexdigest() + suffix
    path = odb / md5[:2] / md5[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return md5


def put_folder(odb: Path, files: dict[str, bytes]) -> str:
    rows = [{"md5": put(odb, content), "relpath": name} for name, content in sorted(files.items())]
    return put(odb, json.dumps(rows).encode(), ".dir")


class Project:
    def __init__(self, root: Path, remote: Path) -> None:
        self.root, self.storage = root, remote
        self.cache, self.remote = root / ".dvc/cache/files/md5", remote / "files/md5"
        (root / ".dvc").mkdir(parents=True)
        (root / ".git").mkdir()
        (root / ".dvc/config").write_text(
            f"[core]\n    remote = storage\n    no_scm = true\n['remote \"storage\"']\n    url = {os.path.relpath(remote, root / '.dvc')}\n"
        )

    def fetch(self, md5: str, name: str = "out", path: str = "pipelines/models/demand/model") -> Path:
        return fetch(self.root, {"path": path, "md5": md5}, self.root / "here" / name)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "work", tmp_path / "storage")


MODEL = {"model.joblib": b"\x80pickle", "signature.json": b"{}", "deep/x.txt": b"x\n"}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    return caught.value.diagnostics[0].code


@pytest.mark.parametrize("place", ["cache", "remote"])
def test_a_folder_and_a_file_come_from_either_place(project: Project, place: str) -> None:
    odb = getattr(project, place)
    assert contents(project.fetch(put_folder(odb, MODEL), "model")) == MODEL
    assert project.fetch(put(odb, b"rows"), "test.parquet").read_bytes() == b"rows"
    assert sorted(p.name for p in (project.root / "here").iterdir()) == ["model", "test.parquet"]


def test_what_stands_there_is_replaced_as_a_whole(project: Project) -> None:
    md5 = put_folder(project.remote, MODEL)
    target = project.root / "here/model"
    target.mkdir(parents=True)
    (target / "model.joblib").write_bytes(b"other")
    (target / "stray").write_text("stray")
    assert contents(project.fetch(md5, "model")) == MODEL


def test_right_bytes_are_left_alone(project: Project) -> None:
    md5 = put_folder(project.remote, MODEL)
    target = project.fetch(md5, "model")
    before = target.stat().st_ino
    assert project.fetch(md5, "model").stat().st_ino == before


def test_a_byte_altered_on_the_remote_is_refused_by_name(project: Project) -> None:
    md5 = put_folder(project.remote, MODEL)
    bad = hashlib.md5(MODEL["model.joblib"]).hexdigest()
    (project.remote / bad[:2] / bad[2:]).write_bytes(b"\x81pickle")
    with pytest.raises(Problems, match=r"model/model\.joblib was altered") as caught:
        project.fetch(md5, "model")
    assert code_of(caught) == "MLS0972"
    assert not (project.root / "here/model").exists()
    assert list((project.root / "here").iterdir()) == []


def test_a_damaged_cache_is_passed_over(project: Project) -> None:
    md5 = put(project.remote, b"rows")
    put(project.cache, b"rows")
    (project.cache / md5[:2] / md5[2:]).write_bytes(b"bad!")
    assert project.fetch(md5).read_bytes() == b"rows"


def test_nowhere(project: Project) -> None:
    with pytest.raises(Problems, match="neither in DVC's cache nor on its remote") as caught:
        project.fetch("0" * 32 + ".dir")
    assert code_of(caught) == "MLS0971"


@pytest.mark.parametrize("relpath", ["../evil", "/etc/evil", "a/../../evil"])
def test_a_listing_that_leaves_the_folder_is_refused(project: Project, relpath: str) -> None:
    inner = put(project.remote, b"evil")
    md5 = put(project.remote, json.dumps([{"md5": inner, "relpath": relpath}]).encode(), ".dir")
    with pytest.raises(Problems, match="leaves the folder"):
        project.fetch(md5)


@pytest.mark.parametrize("value", ["../../x", "", "abc", None, "0" * 31 + "/"])
def test_an_md5_that_is_none_is_refused(project: Project, value: Any) -> None:
    with pytest.raises(Problems, match="no md5"):
        fetch(project.root, {"path": "x", "md5": value}, project.root / "here/x")


def test_a_listing_that_is_none_is_refused(project: Project) -> None:
    md5 = put(project.remote, b'{"a": 1}', ".dir")
    with pytest.raises(Problems, match="no listing"):
        project.fetch(md5)


def test_push_brings_what_is_lacking_and_nothing_else(project: Project) -> None:
    folder, file = put_folder(project.cache, MODEL), put(project.cache, b"rows")
    assert remote_has(project.root, [folder, file]) == {folder: False, file: False}
    assert push(project.root, [folder, file, file]) == 2
    assert remote_has(project.root, [folder, file]) == {folder: True, file: True}
    assert push(project.root, [folder, file]) == 0
    for path in (project.root / ".dvc/cache").rglob("*"):
        path.chmod(0o755)
    assert contents(project.fetch(folder)) == MODEL


def test_many_are_asked_for_at_once_and_odd_names_are_not_there(project: Project) -> None:
    files = [put(project.remote, f"{n}".encode()) for n in range(60)]
    odd = ["../../x", "", "0" * 32, f"../{files[0]}", "x.dir"]
    assert remote_has(project.root, [*files, *odd, *files]) == dict.fromkeys(files, True) | dict.fromkeys(odd, False)


def test_a_folder_with_a_file_missing_is_not_there(project: Project) -> None:
    folder = put_folder(project.cache, MODEL)
    push(project.root, [folder])
    inner = hashlib.md5(b"x\n").hexdigest()
    (project.remote / inner[:2] / inner[2:]).unlink()
    assert remote_has(project.root, [folder]) == {folder: False}
    assert push(project.root, [folder]) == 1
    assert remote_has(project.root, [folder]) == {folder: True}


def test_push_of_what_nobody_has(project: Project) -> None:
    with pytest.raises(Problems) as caught:
        push(project.root, ["1" * 32])
    assert code_of(caught) == "MLS0971"


def test_no_dvc_here(tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        fetch(tmp_path, {"path": "x", "md5": "1" * 32}, tmp_path / "x")
    assert code_of(caught) == "MLS0970"


def test_restore_takes_from_the_cache_alone_and_leaves_what_it_lacks(project: Project) -> None:
    kept, only_remote = put_folder(project.cache, MODEL), put(project.remote, b"rows")
    damaged = put(project.cache, b"trees")
    (project.cache / damaged[:2] / damaged[2:]).write_bytes(b"treez")
    places = {md5: project.root / "here" / name for md5, name in ((kept, "model"), (only_remote, "rows"), (damaged, "trees"))}
    (project.root / "here").mkdir()
    places[only_remote].write_bytes(b"altered")
    assert restore(project.root, [({"md5": md5, "path": into.name}, into) for md5, into in places.items()]) == [places[kept]]
    assert contents(places[kept]) == MODEL
    assert places[only_remote].read_bytes() == b"altered"
    assert sorted(p.name for p in (project.root / "here").iterdir()) == ["model", "rows"]


@pytest.mark.parametrize(
    "names",
    [["a", "a/b"], ["a/b", "a"], ["a", "a"], [""], ["."], ["a//b"], ["./a"], ["\ud800"], ["a\nb"], ["x" * 300]],
    ids=repr,
)
def test_a_listing_that_no_folder_can_have_is_refused(project: Project, names: list[str]) -> None:
    inner = put(project.remote, b"x")
    md5 = put(project.remote, json.dumps([{"md5": inner, "relpath": name} for name in names]).encode(), ".dir")
    with pytest.raises(Problems) as caught:
        project.fetch(md5)
    assert code_of(caught) == "MLS0972"
    assert list((project.root / "here").iterdir()) == []


def test_within_a_block_the_repository_is_opened_once_and_where_it_is_first_needed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = [], store._repository
    monkeypatch.setattr(store, "_repository", lambda root: opened.append(root) or real(root))
    first, second = put(project.remote, b"rows"), put(project.remote, b"more")
    with store.kept_open():
        assert opened == []
        project.fetch(first, "a")
        with store.kept_open():
            project.fetch(second, "b")
        third = put(project.remote, b"what came meanwhile")
        assert project.fetch(third, "c").read_bytes() == b"what came meanwhile"
        assert opened == [project.root]
    with pytest.raises(Problems, match="DVC can't be opened"), store.kept_open():
        fetch(project.root / "nothing", {"path": "x", "md5": first}, project.root / "x")
    project.fetch(first, "d")
    project.fetch(second, "e")
    assert opened == [project.root, project.root / "nothing", project.root, project.root]
