"""The first-parent line as it is in real life: clocks that run backwards, dates that no calendar has, pushes, text that is not plain."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.cli import git
from support.line_world import LineWorld, deployment

from mlspec.diagnostics import Problems
from mlspec.registry.branch import Line, changes, mapping, open_line, pick, steps
from mlspec.registry.history.at import tell_at
from mlspec.registry.history.moment import Asked
from mlspec.registry.history.objects import Named
from mlspec.registry.history.tell import tell

FILE = "environments/staging/demand.yaml"


@pytest.fixture
def world(tmp_path: Path) -> LineWorld:
    return LineWorld(tmp_path / "project").start({FILE: deployment("staging", "demand", "demand")})


def forged(root: Path, committer: str, author: str = "A <a@b> 1 +0000") -> str:
    """A commit on top of HEAD whose head says anything; its id."""
    tree, parent = git(root, "rev-parse", "HEAD^{tree}", "HEAD").split()
    text = f"tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\nForged\n".encode("latin-1")
    words = ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    return subprocess.run(words, cwd=root, input=text, capture_output=True, check=True).stdout.decode().strip()


def test_a_clock_that_ran_backwards_is_told(world: LineWorld) -> None:
    late, _ = world.promote("staging", "demand", "v1.0.0")
    world.clock -= 3600
    world.promote("staging", "demand", "v1.1.0")
    line = open_line(world.write())
    then = tell_at(line, Asked(late, ""), "staging")
    assert [s.declared.version for s in then.stood] == ["v1.1.0"]
    assert len(then.backwards) == 1


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("253402300800 +0000", "9999-01-01T00:00:00Z"),  # the year 10000, which Git takes
        ("99999999999999999999999 +0000", "9999-01-01T00:00:00Z"),
        ("x +0000", "1970-01-01T00:00:00Z"),
        ("", "1970-01-01T00:00:00Z"),
        ("1767225600 +9999", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_commit_of_a_date_that_no_calendar_has_stops_nobody(world: LineWorld, date: str, told: str) -> None:
    """One such commit on the base branch would end every later `history` and `at` as a bug."""
    root = world.write()
    line = Line(open_line(root).repository, "main", forged(root, f"A <a@b> {date}".rstrip()))
    assert next(s.instant for s in steps(line)) == told
    asked = Asked(1_767_225_600 + 10**6, "")
    assert tell_at(line, asked, "staging").step.commit == (steps(line)[1].commit if told > "9000" else line.tip)


def test_a_name_that_is_no_utf_8_is_kept_apart_from_the_rest(world: LineWorld) -> None:
    root = world.write()
    line = Line(open_line(root).repository, "main", forged(root, "B <b@c> 1767225700 +0000", "J\xf6rg\x1f <j@x> 1 +0000"))
    newest = steps(line)[0]
    assert (newest.when, newest.is_merge) == (1767225700, False)
    assert newest.author.endswith("<j@x>")


def test_a_push_is_no_merge_and_a_broken_file_declares_nothing(world: LineWorld) -> None:
    world.promote("staging", "demand", "v1.0.0", reason="why")
    world.push({FILE: "spec: [unclosed\n"}, by="Eve")
    world.push({FILE: deployment("staging", "demand", "demand", {"version": "v1.1.0"})})
    found = tell(open_line(world.write()), Named("deployment", "demand", "staging")).periods
    told = [(p.version, p.how, p.start.is_merge, p.start.author.split()[0]) for p in found]
    assert told == [("v1.1.0", "by hand", False, "Ada"), (None, "removal", False, "Eve"), ("v1.0.0", "promotion", True, "Bob")]


def test_changes_are_told_newest_first_with_the_blobs_of_both_sides(world: LineWorld) -> None:
    world.push({"a.txt": "one", "folder/b.txt": "two"})
    world.push({"a.txt": "three", "folder/b.txt": None})
    line = open_line(world.write())
    found = [(c.path, c.old is None, c.new is None) for c in changes(line, ["a.txt", "folder"])]
    assert found == [("a.txt", False, False), ("folder/b.txt", False, True), ("a.txt", True, False), ("folder/b.txt", True, False)]
    newest = next(changes(line, ["a.txt"]))
    assert line.repository.contents([str(newest.old), str(newest.new)]) == [b"one", b"three"]
    assert [c.path for c in changes(line, ["a.txt"], f"{line.tip}^")] == ["a.txt"]
    assert list(changes(line, ["absent"])) == []


def test_a_link_is_no_file(world: LineWorld) -> None:
    root = world.write()
    (root / "link").symlink_to("mlspec.yaml")
    git(root, "add", "link")
    git(root, "commit", "-q", "-m", "Link")
    assert [(c.path, c.old, c.new) for c in changes(open_line(root), ["link"])] == [("link", None, None)]


# ---------------------------------------------------------------------------------------------- which branch


def test_the_projects_branch_is_asked_wherever_the_checkout_stands(world: LineWorld) -> None:
    root = world.write()
    line = open_line(root)
    assert line.name == "main"
    git(root, "switch", "-q", "-c", "topic")
    git(root, "commit", "-q", "--allow-empty", "-m", "Work")
    assert open_line(root) == line
    assert open_line(root, "main~0").tip == line.tip
    assert open_line(root, "topic").tip != line.tip


def test_what_origin_has_counts_before_the_local_branch(world: LineWorld, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(world.write()), "clone")
    clone = tmp_path / "clone"
    git(clone, "commit", "-q", "--allow-empty", "-m", "Not pushed")
    line = open_line(clone)
    assert (line.name, line.tip) == ("origin/main", git(clone, "rev-parse", "origin/main").strip())


@pytest.mark.parametrize("settings", ["spec: {ci: {branch: trunk}}", "spec: {ci: {branch: [main]}}", "[broken", "- a", ""])
def test_the_branch_is_read_without_compiling_and_a_broken_project_has_a_history(world: LineWorld, settings: str) -> None:
    root = world.write()
    (root / "mlspec.yaml").write_text(settings)
    git(root, "branch", "-m", "main", "trunk" if "trunk" in settings else "main")
    assert open_line(root).name == ("trunk" if "trunk" in settings else "main")


def test_without_the_projects_branch_it_is_what_is_checked_out(world: LineWorld) -> None:
    root = world.write()
    git(root, "branch", "-m", "main", "other")
    assert (open_line(root).name, open_line(root).tip) == ("HEAD", git(root, "rev-parse", "HEAD").strip())


def test_a_shallow_clone_has_no_whole_history(world: LineWorld, tmp_path: Path) -> None:
    world.push({"a": "b"})
    git(tmp_path, "clone", "-q", "--depth", "1", world.write().as_uri(), "shallow")
    with pytest.raises(Problems, match="MLS0953"):
        open_line(tmp_path / "shallow")
    with pytest.raises(Problems, match="MLS0951"):
        open_line(tmp_path)


# ---------------------------------------------------------------------------------------------- values of any file


@pytest.mark.parametrize("content", [b"", b"- a\n", b"text", b"a: [", b"\xff\xfe", b"&x [*x]"])
def test_a_file_without_a_mapping_holds_nothing(content: bytes) -> None:
    assert mapping("x.yaml", content) == {}


def test_a_value_is_picked_and_never_raises() -> None:
    value = {"a": {"b": [1]}, "n": None}
    assert pick(value, "a", "b") == [1]
    assert pick(value) is value
    assert [pick(value, *keys) for keys in (("a", "b", "c"), ("n", "x"), ("z",))] == [None] * 3
    assert pick("text", "a") is None
