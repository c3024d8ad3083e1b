"""What loosens needs an owner who is not its author: who owns what, and who stands behind a team, says the base branch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.approval_world import Approvals, approval_world
from support.promotion_world import World, commit, replace

pytestmark = pytest.mark.e2e
KPIS = "specs/demand-kpis.yaml"
TEAM = "@acme/forecasting"


@pytest.fixture
def loosening(waiting: World) -> Iterator[Approvals]:
    """#2 raises a threshold of `kpis/demand`, which @acme/forecasting owns: ben and dora, by mlspec.yaml."""
    replace(waiting.root, KPIS, "metadata: {name: demand}", f'metadata: {{name: demand, owner: "{TEAM}"}}')
    replace(waiting.root, "mlspec.yaml", "  seed: 7", f'  teams: {{"{TEAM}": [Ben, dora]}}\n  seed: 7')
    commit(waiting.root, "Owners")
    with approval_world(waiting, None) as made:
        change(made, {KPIS: read(made, KPIS).replace("mae <= 50", "mae <= 60")})
        yield made


def read(world: Approvals, path: str) -> str:
    return (world.root / path).read_text()


def change(world: Approvals, files: dict[str, str | None], author: str = "ada", branch: str = "loosen") -> None:
    place = world.checkout("main")
    from support.cli import git

    git(place, "push", "--quiet", "origin", f"main:{branch}")
    world.github.open(branch, author)
    world.commit(branch, files, author, "Loosen")


def test_an_owner_must_agree(loosening: Approvals) -> None:
    loosening.refused("MLS0752", "kpis/demand", "mae <= 50", TEAM, pull=2)
    loosening.github.review(2, "carl")
    loosening.refused("MLS0752", f"carl: stands not behind {TEAM}", pull=2)
    loosening.github.review(2, "ben")
    loosening.passes(pull=2)


def test_the_owner_who_is_the_author_does_not(waiting: World) -> None:
    replace(waiting.root, KPIS, "metadata: {name: demand}", 'metadata: {name: demand, owner: "@ada"}')
    commit(waiting.root, "Owner")
    with approval_world(waiting, None) as made:
        change(made, {KPIS: read(made, KPIS).replace("mae <= 50", "mae <= 60")})
        made.github.review(2, "ada")
        made.github.review(2, "ben")
        made.refused("MLS0752", "ada opened the pull request", "ben: stands not behind @ada", pull=2)


def test_a_tightening_asks_nobody(loosening: Approvals) -> None:
    change(loosening, {KPIS: read(loosening, KPIS).replace("mae <= 50", "mae <= 40")}, branch="tighten")
    assert loosening.passes(pull=3).out == "no approvals are asked\n"


def test_teams_and_owners_of_the_change_are_not_believed(loosening: Approvals) -> None:
    files: dict[str, str | None] = {
        KPIS: read(loosening, KPIS).replace("mae <= 50", "mae <= 60").replace(TEAM, "@mallory"),
        "mlspec.yaml": read(loosening, "mlspec.yaml").replace("[Ben, dora]", "[mallory, carl]"),
    }
    change(loosening, files, branch="mine")
    loosening.github.review(3, "mallory")
    loosening.github.review(3, "carl")
    loosening.refused("MLS0752", "mallory: stands not behind", "carl: stands not behind", pull=3)


def test_a_team_that_is_not_listed_is_asked_of_github(loosening: Approvals) -> None:
    loosening.commit("main", {"mlspec.yaml": read(loosening, "mlspec.yaml").replace(f'  teams: {{"{TEAM}": [Ben, dora]}}\n', "")}, "dora")
    loosening.github.review(2, "ben")
    loosening.refused(
        "MLS0754", "Whether ben stands behind @acme/forecasting can't be told", "list the team's logins under `teams`", pull=2
    )
    loosening.github.people.teams = {"acme/forecasting": {"carl"}}
    loosening.refused("MLS0752", "ben: stands not behind", pull=2)
    loosening.github.people.teams = {"acme/forecasting": {"ben"}}
    loosening.passes(pull=2)


def test_without_an_owner_a_second_person_will_do(waiting: World) -> None:
    with approval_world(waiting, None) as made:
        change(made, {KPIS: read(made, KPIS).replace("mae <= 50", "mae <= 60")})
        made.github.review(2, "ada")
        made.refused("MLS0752", "Nobody else approved #2", pull=2)
        made.github.review(2, "carl")
        made.passes(pull=2)


def statuses(world: Approvals) -> list[tuple[str, str, str]]:
    return [(s["context"], s["state"], s["sha"]) for s in world.github.statuses]


def event(tmp: Path, form: dict[str, Any]) -> dict[str, str]:
    path = tmp / "event.json"
    path.write_text(json.dumps(form))
    return {"GITHUB_EVENT_PATH": str(path)}


def test_the_status_follows_the_reviews_on_the_same_commit(loosening: Approvals, tmp_path: Path) -> None:
    head = loosening.github.tip("loosen")
    env = event(tmp_path, {"pull_request": {"number": 2, "head": {"sha": head}}})
    assert loosening.check("--status", pull=None, env=env).code == 1
    loosening.github.review(2, "dora")
    loosening.passes("--status", pull=None, env=env)
    loosening.github.reviews[-1]["state"] = "DISMISSED"
    assert loosening.check("--status", pull=None, env=env).code == 1
    assert statuses(loosening) == [("mlspec/approvals", state, head) for state in ("failure", "success", "failure")]
    assert "kpis/demand" in loosening.github.statuses[0]["description"]


def test_where_there_is_no_answer_an_earlier_yes_does_not_stand(loosening: Approvals, tmp_path: Path) -> None:
    head = loosening.github.tip("loosen")
    loosening.github.fault(200, times=None, on="pulls/list-reviews", body={"message": "odd"})
    done = loosening.check("--status", pull=None, env=event(tmp_path, {"pull_request": {"number": 2, "head": {"sha": head}}}))
    assert (done.code, statuses(loosening)) == (1, [("mlspec/approvals", "error", head)])


def test_the_merge_queue_is_asked_of_what_it_would_merge(loosening: Approvals, tmp_path: Path) -> None:
    from support.cli import git

    loosening.github.review(2, "ben")
    place = loosening.checkout("main")
    git(place, "merge", "--quiet", "--no-ff", "--message", "Queue", "origin/loosen")
    queue = f"gh-readonly-queue/main/pr-2-{loosening.github.tip('main')}"
    git(place, "push", "--quiet", "origin", f"HEAD:refs/heads/{queue}")
    group = {"head_ref": f"refs/heads/{queue}", "head_sha": git(place, "rev-parse", "HEAD").strip()}
    loosening.passes("--status", pull=None, env=event(tmp_path, {"merge_group": group}))
    assert statuses(loosening) == [("mlspec/approvals", "success", group["head_sha"])]
    (place / "more.txt").write_text("x")
    commit(place, "More than the pull request has")
    git(place, "push", "--quiet", "origin", f"HEAD:refs/heads/{queue}")
    group["head_sha"] = git(place, "rev-parse", "HEAD").strip()
    loosening.refused("MLS0757", "#2 changed", pull=None, env=event(tmp_path, {"merge_group": group}))
