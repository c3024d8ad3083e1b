from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from support.git_repos import add_remote, clone, commit_all, sh, start

from mlspec.adapters.git import refs as module
from mlspec.adapters.git.commit import commit_files, push
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.adapters.git.run import run_git
from mlspec.diagnostics import Problems


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    return caught.value.diagnostics[0].code


@pytest.fixture
def work(tmp_path: Path) -> Path:
    root = start(tmp_path / "work")
    (root / "a.txt").write_text("a\n")
    (root / "src").mkdir()
    (root / "src/b.py").write_text("b = 1\n")
    commit_all(root, "start")
    return root


def test_outside_a_repository_is_diagnosed(tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        open_repository(tmp_path)
    assert code_of(caught) == "MLS0951"
    assert "git init" in (caught.value.diagnostics[0].help or "")


def test_below_the_top_level_is_diagnosed(work: Path) -> None:
    with pytest.raises(Problems, match="src/"):
        open_repository(work / "src")


def test_no_commits_yet(tmp_path: Path) -> None:
    repository = open_repository(start(tmp_path / "new"))
    assert not repository.has_commits()
    with pytest.raises(Problems) as caught:
        repository.require_commits()
    assert code_of(caught) == "MLS0952"


def test_detached_head(work: Path) -> None:
    repository = Repository(work)
    assert repository.require_branch() == "main"
    sh(work, "git", "checkout", "--quiet", "--detach")
    assert repository.branch() is None
    with pytest.raises(Problems) as caught:
        repository.require_branch()
    assert code_of(caught) == "MLS0955"


def test_shallow_clone_says_how_to_deepen(work: Path, tmp_path: Path) -> None:
    (work / "a.txt").write_text("more\n")
    commit_all(work)
    remote = add_remote(work, tmp_path / "remote.git")
    sh(tmp_path, "git", "clone", "--quiet", "--depth", "1", f"file://{remote}", "shallow")
    Repository(work).require_full()
    with pytest.raises(Problems) as caught:
        Repository(tmp_path / "shallow").require_full()
    assert code_of(caught) == "MLS0953"
    assert "git fetch --unshallow" in (caught.value.diagnostics[0].help or "")


def test_dirty_lists_changed_and_untracked(work: Path) -> None:
    repository = Repository(work)
    repository.require_clean(["src", "notes with space.txt"])
    (work / "a.txt").write_text("changed\n")
    (work / "notes with space.txt").write_text("x")
    (work / "src/ü.py").write_text("x")
    found = repository.dirty()
    assert found.changed == ("a.txt",)
    assert found.untracked == ("notes with space.txt", "src/ü.py")
    assert found.within(["src"]).untracked == ("src/ü.py",)
    with pytest.raises(Problems, match=r"a\.txt, src/ü\.py \(untracked\)"):
        repository.require_clean(["src"])


def test_an_untracked_file_elsewhere_is_not_in_the_way(work: Path) -> None:
    (work / "notes.txt").write_text("mine")
    Repository(work).require_clean(["src"])


def test_identity_missing_names_the_fix(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Repository(work).identity() == "Ada <ada@example.org>"
    for key in ("user.name", "user.email"):
        sh(work, "git", "config", "--unset", key)
    sh(work, "git", "config", "user.useConfigOnly", "true")
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Problems) as caught:
        Repository(work).identity()
    assert code_of(caught) == "MLS0956"
    assert "user.email" in (caught.value.diagnostics[0].help or "")


def test_unknown_revision_and_option_like_names(work: Path) -> None:
    repository = Repository(work)
    for name in ("nowhere", "--output=x", "-h"):
        assert repository.find(name) is None
        with pytest.raises(Problems) as caught:
            repository.resolve(name)
        assert code_of(caught) == "MLS0958"


def test_show_reads_regular_files_only(work: Path) -> None:
    (work / "link").symlink_to("a.txt")
    (work / "bin").write_bytes(b"\x00\xff\n\n")
    commit_all(work)
    repository = Repository(work)
    assert repository.show("HEAD", "bin") == b"\x00\xff\n\n"
    assert repository.show("HEAD", "link") is None
    assert repository.show("HEAD", "missing") is None
    assert repository.show("HEAD~1", "bin") is None
    assert repository.show_all("HEAD", ["src", "a.txt"]) == {"a.txt": b"a\n", "src/b.py": b"b = 1\n"}


def test_tree_hashes_follow_the_content(work: Path) -> None:
    repository = Repository(work)
    before = repository.tree_hashes("HEAD", ["src", "absent"])
    (work / "src/b.py").write_text("b = 2\n")
    commit_all(work)
    after = repository.tree_hashes("HEAD", ["src", "absent"])
    assert before["absent"] is None
    assert before["src"] != after["src"]
    assert repository.tree_hashes("HEAD~1", ["src"])["src"] == before["src"]


def test_changed_between(work: Path) -> None:
    (work / "a.txt").unlink()
    (work / "src/b.py").write_text("b = 2\n")
    (work / "new file").write_text("n")
    commit_all(work)
    assert Repository(work).changed_between("HEAD~1", "HEAD") == {"a.txt": "D", "src/b.py": "M", "new file": "A"}


def test_what_a_commit_holds_is_asked_once_and_a_branch_each_time(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[str]] = []
    monkeypatch.setattr(module, "run_git", lambda root, words: asked.append(words) or run_git(root, words))
    first = Repository(work).resolve("main")
    assert [Repository(work).list_files(first, ["src"]) for _ in range(2)] == [["src/b.py"]] * 2
    assert [words[0] for words in asked].count("ls-tree") == 1
    assert Repository(work).list_files("main", ["src"]) == ["src/b.py"]
    (work / "src/c.py").write_text("c = 1\n")
    commit_all(work, "more")
    assert Repository(work).list_files("main", ["src"]) == ["src/b.py", "src/c.py"]
    assert Repository(work).list_files(first, ["src"]) == ["src/b.py"]
    with pytest.raises(Problems, match="knows no commit"):
        Repository(work).list_files("0" * 40, ["src"])


def test_commit_files_touches_neither_tree_nor_index(work: Path) -> None:
    (work / "a.txt").write_text("edited, not staged\n")
    (work / "staged.txt").write_text("staged\n")
    sh(work, "git", "add", "staged.txt")
    (work / "loose.txt").write_text("untracked\n")
    index, status = (work / ".git/index").read_bytes(), sh(work, "git", "status", "--porcelain=v2", "--branch")
    repository = Repository(work)

    commit = commit_files(repository, "main", {"a.txt": b"new\n", "deep/er/x.yaml": b"x: 1\n"}, "Say it\n\nWhy.\n", "mlspec/promote/x")

    assert (work / ".git/index").read_bytes() == index
    assert sh(work, "git", "status", "--porcelain=v2", "--branch") == status
    assert repository.changed_between("main", commit) == {"a.txt": "M", "deep/er/x.yaml": "A"}
    assert repository.show(commit, "deep/er/x.yaml") == b"x: 1\n"
    assert sh(work, "git", "log", "-1", "--format=%s|%an|%P", "mlspec/promote/x") == f"Say it|Ada|{repository.resolve('main')}"


def test_commit_refuses_a_branch_that_is_checked_out(work: Path) -> None:
    with pytest.raises(Problems) as caught:
        commit_files(Repository(work), "main", {"x": b""}, "m", "main")
    assert code_of(caught) == "MLS0961"


@pytest.mark.parametrize("branch", ["-x", "a..b", "a b", "x.lock", ""])
def test_commit_refuses_names_that_are_none(work: Path, branch: str) -> None:
    with pytest.raises(Problems) as caught:
        commit_files(Repository(work), "main", {"x": b""}, "m", branch)
    assert code_of(caught) == "MLS0961"


def test_a_hook_of_git_does_not_redirect_us(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = start(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert Repository(work).has_commits()


def test_push_and_the_remote_branch(work: Path, tmp_path: Path) -> None:
    add_remote(work, tmp_path / "remote.git")
    repository = Repository(work)
    commit = commit_files(repository, "main", {"x": b"1"}, "one", "topic")
    assert repository.remote_branch("origin", "topic") is None
    push(repository, "origin", "topic", expected=None)
    assert repository.remote_branch("origin", "topic") == commit
    again = commit_files(repository, "main", {"x": b"2"}, "two", "topic")
    push(repository, "origin", "topic", expected=commit)
    assert repository.remote_branch("origin", "topic") == again


def test_push_over_somebody_elses_work_is_rejected(work: Path, tmp_path: Path) -> None:
    remote = add_remote(work, tmp_path / "remote.git")
    other = Repository(clone(remote, tmp_path / "other"))
    theirs = commit_files(other, "main", {"x": b"theirs"}, "theirs", "topic")
    push(other, "origin", "topic", expected=None)
    ours = Repository(work)
    commit_files(ours, "main", {"x": b"ours"}, "ours", "topic")
    with pytest.raises(Problems) as caught:
        push(ours, "origin", "topic", expected=None)
    assert code_of(caught) == "MLS0962"
    assert other.remote_branch("origin", "topic") == theirs


def test_a_hook_that_refuses_is_told(work: Path, tmp_path: Path) -> None:
    remote = add_remote(work, tmp_path / "remote.git")
    hook = remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    repository = Repository(work)
    commit_files(repository, "main", {"x": b"1"}, "one", "topic")
    with pytest.raises(Problems, match="pre-receive hook declined"):
        push(repository, "origin", "topic", expected=None)


def test_missing_remote_and_unreachable_remote(work: Path, tmp_path: Path) -> None:
    repository = Repository(work)
    with pytest.raises(Problems) as caught:
        repository.require_remote("origin")
    assert code_of(caught) == "MLS0957"
    sh(work, "git", "remote", "add", "origin", str(tmp_path / "gone"))
    assert repository.require_remote("origin") == str(tmp_path / "gone")
    with pytest.raises(Problems) as caught:
        repository.fetch("origin", "main")
    assert code_of(caught) == "MLS0960"


def test_fetch_of_a_branch_that_went_away(work: Path, tmp_path: Path) -> None:
    remote = add_remote(work, tmp_path / "remote.git")
    repository = Repository(work)
    repository.fetch("origin", "main")
    assert repository.find("origin/main") == repository.resolve("main")
    sh(remote, "git", "branch", "-M", "main", "trunk")
    repository.fetch("origin", "main")
    assert repository.find("origin/main") is None


def test_merge_base_and_ancestry(work: Path) -> None:
    repository = Repository(work)
    base = repository.resolve("main")
    left = commit_files(repository, base, {"l": b""}, "l", "left")
    right = commit_files(repository, base, {"r": b""}, "r", "right")
    assert repository.merge_base(left, right) == base
    assert repository.is_ancestor(base, left)
    assert not repository.is_ancestor(left, right)


def test_an_id_that_git_named_is_not_asked_for_again(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository(work)
    head = repository.resolve("HEAD")
    asked: list[Sequence[str]] = []
    real = run_git
    monkeypatch.setattr(module, "run_git", lambda root, words, **more: asked.append(words) or real(root, words, **more))
    assert repository.resolve(head) == repository.find(head) == head
    assert asked == []
    (work / "a.txt").write_text("later\n")
    later = commit_all(work)
    assert repository.resolve("HEAD") == later, "a name is asked for every time"
    assert repository.find("f" * 40) is None and repository.find("f" * 40) is None
    assert len(asked) == 3, "what is not here may be fetched meanwhile"
