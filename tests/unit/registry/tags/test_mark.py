"""Tags from what was merged: which, where, once; and tags that were moved, written by hand, or differ on the remote."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git
from support.shared import copy_into
from support.tag_world import TagWorld, deployment

from mlspec.adapters.git import tags
from mlspec.diagnostics import Problems
from mlspec.registry.tags.mark import Marked, TagRequest, mark


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> TagWorld:
    """v1.0.0 went to staging and production, then v1.1.0 to staging."""
    world = TagWorld(tmp_path_factory.mktemp("tags")).start()
    world.train("demand", "v1.0.0")
    world.promote("v1.0.0", "staging")
    world.promote("v1.0.0", "production")
    world.train("demand", "v1.1.0")
    world.promote("v1.1.0", "staging")
    return world


@pytest.fixture
def world(made_once: TagWorld, tmp_path: Path) -> TagWorld:
    copy_into(made_once.home, tmp_path)
    return TagWorld(tmp_path, made_once.time)


def codes(marked: Marked) -> list[str]:
    return [d.code for d in marked.problems]


def refs(marked: Marked) -> list[str]:
    return [t.ref for t in marked.made]


ALL = ["demand@v1.0.0", "demand@v1.1.0", "demand#staging#1", "demand#production#2", "demand#staging#3"]


def test_every_version_and_every_move_gets_its_tag_once(world: TagWorld) -> None:
    first = world.mark()
    assert (refs(first), codes(first)) == (ALL, [])
    tags = world.tags()
    one, two = tags["demand@v1.0.0"].commit, tags["demand@v1.1.0"].commit
    merges = world.git("rev-list", "--first-parent", "main").split()
    assert [one, two] == [merges[3], merges[0]]
    assert [tags[r].commit for r in ALL[2:]] == [one, one, two]
    assert tags["demand#production#2"].trailer("Merge") == merges[2]
    assert tags["demand#production#2"].tagger == "Ada <ada@example.org>"
    again = world.mark()
    assert (refs(again), again.standing, codes(again)) == ([], 5, [])


def test_a_dry_run_writes_nothing(world: TagWorld) -> None:
    assert refs(world.mark(dry_run=True)) == ALL
    assert world.tags() == {}


def test_killed_half_way_the_next_run_goes_on(world: TagWorld) -> None:
    world.mark()
    for ref in ("demand@v1.1.0", "demand#staging#3"):
        world.git("tag", "-d", ref)
    assert refs(world.mark()) == ["demand@v1.1.0", "demand#staging#3"]


def test_a_rollback_points_at_the_old_version(world: TagWorld) -> None:
    world.promote("v1.1.0", "production")
    world.promote("v1.0.0", "production")
    world.mark()
    tags = world.tags()
    assert tags["demand#production#5"].commit == tags["demand@v1.0.0"].commit
    assert tags["demand#production#5"].date > tags["demand#production#4"].date  # type: ignore[operator]


def test_merges_of_one_second_are_told_apart(world: TagWorld) -> None:
    world.promote("v1.1.0", "production", after=0)
    world.promote("v1.0.0", "production", after=0)
    world.mark()
    dates = [t.date for r, t in world.tags().items() if "#" in r]
    assert len(set(dates)) == len(dates)


def test_a_deployment_taken_away_leaves_the_stage(world: TagWorld) -> None:
    world.commit({"environments/production/demand.yaml": None})
    assert refs(world.mark())[-1] == "demand#production!#4"


def test_another_deployment_of_the_model_has_a_stage_of_its_own(world: TagWorld) -> None:
    world.promote("v1.0.0", "production", name="demand-week")
    assert refs(world.mark())[-1] == "demand#production/demand-week#4"


def test_files_moved_in_one_commit_move_nothing(world: TagWorld) -> None:
    world.commit({"environments/staging/demand.yaml": None, "environments/staging/all.yaml": deployment("demand", "staging", "v1.1.0")})
    assert refs(world.mark()) == ALL


def test_a_commit_whose_lock_has_other_bytes_gets_no_tag(world: TagWorld) -> None:
    world.promote("v1.2.0", "staging")  # trained nowhere: the lock has v1.1.0
    marked = world.mark()
    assert codes(marked) == ["MLS0782"]
    assert refs(marked) == ALL
    assert not marked.problems[0].is_error


def test_a_second_version_at_a_commit_gets_no_tag(world: TagWorld) -> None:
    world.foreign("demand@v0.9.0", world.head())
    marked = world.mark()
    assert sorted(codes(marked)) == ["MLS0785", "MLS0786"]
    assert "demand@v1.1.0" not in world.tags()


def test_what_is_not_merged_gets_no_tag(world: TagWorld) -> None:
    unpushed = world.promote("v1.0.0", "staging", push=False)
    assert refs(world.mark()) == ALL
    with pytest.raises(Problems, match="MLS0787"):
        world.mark(at=unpushed)


def test_only_up_to_a_commit(world: TagWorld) -> None:
    early = world.git("rev-parse", "HEAD~2").strip()
    assert refs(world.mark(at=early)) == ["demand@v1.0.0", "demand#staging#1", "demand#production#2"]
    assert refs(world.mark()) == ["demand@v1.1.0", "demand#staging#3"]
    again = world.mark(at=early)  # an old run, run again
    assert (refs(again), codes(again), again.standing) == ([], [], 5)


# ---------------------------------------------------------------------------------------------- moved, or by another hand


@pytest.mark.parametrize("ref", ALL)
@pytest.mark.parametrize("annotated", [True, False])
def test_a_tag_moved_with_git_tag_f_is_told_and_stays(world: TagWorld, ref: str, *, annotated: bool) -> None:
    world.mark(push="origin")
    tags = world.tags()
    right = tags[ref].commit
    wrong = next(t.commit for t in tags.values() if t.commit != right)
    if annotated:
        world.foreign(ref, str(wrong))
    else:
        world.git("tag", "-f", ref, str(wrong))
    marked = world.mark()
    assert codes(marked) == ["MLS0780"]
    assert world.moved() == ["MLS0780"]
    assert ref in marked.problems[0].message
    assert str(right) in marked.problems[0].message
    assert str(wrong) in marked.problems[0].message
    assert world.tags()[ref].commit == wrong
    assert refs(marked) == []
    there = world.mark(push="origin")
    assert sorted(codes(there)) == ["MLS0780", "MLS0783"]
    assert git(world.home / "remote.git", "rev-parse", f"{ref}^{{commit}}").strip() == right


def test_a_lightweight_tag_at_the_right_commit_is_told(world: TagWorld) -> None:
    world.git("tag", "demand@v1.1.0", "main")
    assert codes(world.mark()) == ["MLS0781"]


def test_a_tag_moved_on_the_remote_is_told(world: TagWorld) -> None:
    world.mark(push="origin")
    git(world.home / "remote.git", "update-ref", "refs/tags/demand@v1.0.0", world.head())
    marked = world.mark(push="origin")
    assert codes(marked) == ["MLS0783"]
    assert world.head() in marked.problems[0].message


def test_a_hand_written_assignment_that_agrees_is_taken(world: TagWorld) -> None:
    world.mark(at="HEAD~1")
    world.foreign("demand@v1.1.0", world.head())
    world.foreign("demand#staging#3", world.head())
    marked = world.mark()
    assert (refs(marked), codes(marked)) == ([], [])


def test_one_that_contradicts_is_told_and_nothing_written_for_its_stage(world: TagWorld) -> None:
    world.mark(at="HEAD~1")
    old = str(world.tags()["demand@v1.0.0"].commit)
    world.foreign("demand#staging#3", old)
    marked = world.mark()
    assert (refs(marked), codes(marked)) == (["demand@v1.1.0"], ["MLS0780"])


def test_an_older_assignment_by_hand_is_history(world: TagWorld) -> None:
    world.mark()
    world.foreign("demand#staging#4", str(world.tags()["demand@v1.0.0"].commit))
    world.promote("v1.0.0", "staging")
    assert refs(world.mark()) == ["demand#staging#5"]


def test_other_stages_and_other_artifacts_are_left_alone(world: TagWorld) -> None:
    for name in ("demand#canary#9", "churn@v1.0.0", "sub=demand@v9.0.0", "release-7"):
        world.foreign(name, "HEAD~3")
    marked = world.mark()
    assert codes(marked) == []
    assert refs(marked)[2:] == ["demand#staging#10", "demand#production#11", "demand#staging#12"]


# ---------------------------------------------------------------------------------------------- two machines


def test_two_clones_write_the_same_tags(world: TagWorld) -> None:
    git(world.home, "clone", "-q", "remote.git", "other")
    other = TagWorld(world.home / "o")
    (world.home / "o").mkdir()
    (world.home / "other").rename(other.root)
    world.mark(push="origin")
    other.mark()
    marked = other.mark(push="origin")
    assert (refs(marked), marked.pushed, codes(marked)) == ([], (), [])


def test_numbers_that_are_taken_on_the_remote_are_not_used(world: TagWorld) -> None:
    git(world.home, "clone", "-q", "remote.git", "other")
    git(world.home / "other", "tag", "-a", "-m", "theirs", "demand#canary#7", "HEAD")
    git(world.home / "other", "push", "-q", "origin", "demand#canary#7")
    marked = world.mark(push="origin")
    assert refs(marked)[2] == "demand#staging#8"
    assert "demand#canary#7" in world.tags()
    assert len(marked.pushed) == 5


def test_a_remote_that_takes_no_tags_is_told(world: TagWorld) -> None:
    hook = world.home / "remote.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    marked = world.mark(push="origin")
    assert (codes(marked), marked.pushed) == (["MLS0784"], ())
    hook.unlink()
    assert len(world.mark(push="origin").pushed) == 5


def test_the_refusal_as_git_shows_github_s(world: TagWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in https://github.com/repo-sync/github-sync/issues/23."""
    reason = "refusing to allow a GitHub App to create or update workflow `.github/workflows/dlc.yml` without `workflows` permission"
    monkeypatch.setattr(tags, "push_tags", lambda *words: f"! [remote rejected] {words[2][0]} -> {words[2][0]} ({reason})")
    [told] = world.mark(push="origin").problems
    assert told.severity == "warning" and told.message.endswith(f"`: {reason}")


def test_where_the_whole_push_is_refused_each_tag_is_tried_by_itself(world: TagWorld) -> None:
    """GitHub looks at a push as a whole."""
    hook = world.home / "remote.git/hooks/pre-receive"
    refusal = "error: refusing to allow a GitHub App to create or update workflow without `workflows` permission"
    hook.write_text(f"#!/bin/sh\nif grep -q 'demand@v1.0.0'; then echo '{refusal}' >&2; exit 1; fi\n")
    hook.chmod(0o755)
    marked = world.mark(push="origin")
    assert sorted(marked.pushed) == sorted(set(ALL) - {"demand@v1.0.0"})
    assert [(d.code, d.severity) for d in marked.problems] == [("MLS0784", "warning")]


def test_what_waits_for_a_reviewer_gets_no_tag_yet(world: TagWorld) -> None:
    left_out = mark(world.root, "main", TagRequest(dry_run=True, leave_out=("staging",)))
    assert refs(left_out) == ["demand@v1.0.0", "demand#production#1"]
    assert refs(mark(world.root, "main", TagRequest(dry_run=True, leave_out=("staging", "production")))) == []


def test_a_shallow_clone_can_not_tell(world: TagWorld) -> None:
    git(world.home, "clone", "-q", "--depth", "1", f"file://{world.home}/remote.git", "shallow")
    shallow = TagWorld(world.home / "s")
    (world.home / "s").mkdir()
    (world.home / "shallow").rename(shallow.root)
    with pytest.raises(Problems, match="MLS0953"):
        shallow.mark()
    assert shallow.moved() == []
