"""Records, claims and results that were typed, with every digest bound again by the forger: the check on the merge result refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, LOCK, RECORD, World, commit, forge, git, read, rebind, replace

pytestmark = pytest.mark.e2e
OLD_RECORD, OLD_CLAIM = "registry/demand/v1.0.0.yaml", "promotions/staging/demand/v1.0.0.yaml"
ZERO = "sha256:" + "0" * 64


def at(*path: Any, to: Any) -> Callable[[Any], None]:
    """An edit that sets one value; `None` takes the key out."""

    def edit(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        if to is None:
            del data[path[-1]]
        else:
            data[path[-1]] = to

    return edit


def gate(key: str, to: Any) -> Callable[[Any], None]:
    return at("gates", 0, key, to=to)


CLAIMED = {
    "a gate's value": (gate("value", 1.5), "MLS0739", "mae <= 50", "value 1.5"),
    "a gate's interval": (gate("high", 2.5), "MLS0739", "mae <= 50", "high 2.5"),
    "a gate's threshold": (gate("threshold", 500.0), "MLS0739", "threshold 500"),
    "a gate's rows": (gate("rows", 15000), "MLS0739", "rows 15000"),
    "a gate's verdict": (gate("verdict", "skipped"), "MLS0739", "verdict skipped"),
    "a gate's metric": (gate("metric", "rmse"), "MLS0739", "metric rmse"),
    "a gate's message": (gate("message", "mae is 0.001 (95% interval 0 to 0.002); needed: <= 50"), "MLS0739", "message"),
    "a gate's message, in a digit": (lambda c: gate("message", c["gates"][0]["message"].replace("is 2", "is 1"))(c), "MLS0739", "message"),
    "a gate left out": (lambda c: c["gates"].pop(0), "MLS0739", "mae <= 50", "the claim says gate nothing"),
    "a gate twice": (lambda c: c["gates"].insert(0, {**c["gates"][0], "value": 0.1}), "MLS0739", "twice"),
    "all gates": (at("gates", to=[]), "MLS0739", "mae <= 50"),
    "the verdict": (at("verdict", to="fail"), "MLS0105", "verdict"),
    "no verdict": (at("verdict", to=None), "MLS0112", "verdict"),
    "the KPIs": (at("kpis", to=ZERO), "MLS0737", "the KPIs changed"),
    "the test rows": (at("test", to=ZERO), "MLS0738", "the test data"),
    "the target": (at("target", to=ZERO), "MLS0736", "`local-rest`"),
    "the policies": (at("policy", to=ZERO), "MLS0746", "the policies changed"),
    "the champion": (at("champion", to="none"), "MLS0733", "judged against none"),
    "the champion's version": (at("champion", "version", to="v0.9.0"), "MLS0733", "v0.9.0"),
    "what it replaces": (at("subject", "previous", to="none"), "MLS0743", "previous"),
    "the environment": (at("subject", "environment", to="production"), "MLS0743", "environment"),
    "the version": (at("subject", "version", to="v1.2.0"), "MLS0743", "version"),
    "the digest": (at("subject", "digest", to=ZERO), "MLS0743", "digest"),
    "a longer life": (at("validUntil", to="2031-01-01T00:00:00Z"), "MLS0734", "2031"),
    "evaluated tomorrow": (at("evaluatedAt", to="2031-01-01T00:00:00Z"), "MLS0734", "2031"),
    "made a rollback": (at("type", to="rollback"), "MLS0", "reason"),
}
RECORDED = {
    "a metric": (at("metrics", "mae", "value", to=0.1), "MLS0739", "mae value 0.1"),
    "a metric's interval": (at("metrics", "mae", "low", to=0.1), "MLS0739", "mae low 0.1"),
    "a metric left out": (at("metrics", "mae", to=None), "MLS0739", "mae"),
    "a metric of no model": (at("metrics", "auc", to={"value": 1.0}), "MLS0739", "auc"),
    "the specs": (at("spec", to=ZERO), "MLS0738", "the specs"),
    "the code": (at("code", to=ZERO), "MLS0738", "the code"),
    "the environment lock": (at("environment", to=ZERO), "MLS0738", "the environment lock"),
    "the commit": (at("commit", to="0" * 40), "MLS0738", "the commit"),
    "the model's md5": (at("artifacts", "model", "md5", to="0" * 32 + ".dir"), "MLS0738", "the model"),
    "the training rows' md5": (at("artifacts", "train", "md5", to="0" * 32), "MLS0738", "the training data"),
    "the training rows' digest": (at("artifacts", "train", "digest", to=ZERO), "MLS0731", "train.parquet"),
    "the test rows' md5": (at("artifacts", "test", "md5", to="0" * 32), "MLS0738", "the test data"),
    "the test rows' digest": (at("artifacts", "test", "digest", to=ZERO), "MLS0738", "the test data"),
    "the baseline's digest": (at("artifacts", "baseline", "digest", to=ZERO), "MLS06", "baseline"),
    "the model's digest": (at("digest", to=ZERO), "MLS0735", ZERO),
}


def parts(table: dict[str, tuple[Any, ...]]) -> list[Any]:
    return [pytest.param(edit, code, words, id=name) for name, (edit, code, *words) in table.items()]


def refused(world: World, code: str, *words: str) -> None:
    result = world.verify()
    assert result.code == 1, result.text
    assert f"error[{code}" in result.err, result.text
    for word in words:
        assert word in result.err, result.text


@pytest.mark.parametrize(("edit", "code", "words"), parts(CLAIMED))
def test_a_forged_claim(proposed: World, edit: Callable[[Any], None], code: str, words: list[str]) -> None:
    forge(proposed.root, CLAIM, edit)
    refused(proposed, code, *words)


@pytest.mark.parametrize(("edit", "code", "words"), parts(RECORDED))
def test_a_forged_record(proposed: World, edit: Callable[[Any], None], code: str, words: list[str]) -> None:
    forge(proposed.root, RECORD, edit)
    refused(proposed, code, *words)


def test_written_back_unchanged_they_pass(proposed: World) -> None:
    forge(proposed.root, CLAIM, lambda _: None)
    forge(proposed.root, RECORD, lambda _: None)
    assert proposed.verify().code == 0


def test_a_forged_commit_of_another_history(proposed: World) -> None:
    """A commit that exists, but was never on the base branch: its specs would judge the version later on."""
    root = proposed.root
    foreign = git(root, "commit-tree", "HEAD^{tree}", "-m", "Foreign").strip()
    forge(root, RECORD, at("commit", to=foreign))
    refused(proposed, "MLS0738", "the commit", foreign)


def test_the_commit_of_other_specs(proposed: World) -> None:
    """A commit of the base branch whose specs are others: they would judge the version later on."""
    earlier = read(proposed.root, OLD_RECORD)["commit"]
    forge(proposed.root, RECORD, at("commit", to=earlier))
    refused(proposed, "MLS0738", "the commit", earlier)


@pytest.mark.parametrize("path", [RECORD, CLAIM], ids=["record", "claim"])
def test_an_edit_without_binding_again(proposed: World, path: str) -> None:
    (proposed.root / path).write_text((proposed.root / path).read_text() + "# a comment\n")
    commit(proposed.root)
    refused(proposed, "MLS0735" if path == RECORD else "MLS0732", path if path == RECORD else "no claim has the digest")


@pytest.mark.parametrize("path", [OLD_RECORD, OLD_CLAIM])
@pytest.mark.parametrize("gone", [False, True], ids=["edited", "removed"])
def test_an_old_record_or_claim(proposed: World, path: str, gone: bool) -> None:
    """In the promotion's change, and in a change of its own."""
    file = proposed.root / path
    git(proposed.root, "rm", "-q", path) if gone else file.write_text(file.read_text().replace("Z", "z", 1))
    commit(proposed.root)
    refused(proposed, "MLS0730", path)
    git(proposed.root, "reset", "-q", "--hard", "origin/main")
    git(proposed.root, "rm", "-q", path) if gone else file.write_text(file.read_text() + "\n")
    commit(proposed.root)
    refused(proposed, "MLS0730", path)


MORE = {
    "metrics.json": ("pipelines/models/demand/metrics.json", lambda t: json.dumps({**json.loads(t), "mae": 0.1})),
    "dvc.lock": (LOCK, lambda t: t.replace("md5: ", "md5:  ", 1)),
    "the KPIs": ("specs/demand-kpis.yaml", lambda t: t.replace("mae <= 50", "mae <= 5000")),
    "the data": ("data/sales.csv", lambda t: t + "2025-01-01,north,2.0,50\n"),
    "the code": ("worldcode/level.py", lambda t: t + "\n# more\n"),
    "the environment lock": ("requirements.lock", lambda t: t + "evil==1.0\n"),
    "the deployment target": ("specs/local-rest.yaml", lambda t: t.replace("127.0.0.1", "0.0.0.0")),
    "another environment": ("environments/production/demand.yaml", lambda t: t + "# nothing\n"),
    "a new file": ("README.md", lambda _: "hello\n"),
    "a copy of the claim": ("promotions/staging/demand/v1.1.0.2.yaml", lambda t: t),
    "a copy of the record": ("registry/demand/v1.2.0.yaml", lambda t: t.replace("version: v1.1.0", "version: v1.2.0")),
}


@pytest.mark.parametrize(("path", "edit"), [pytest.param(*row, id=name) for name, row in MORE.items()])
def test_anything_else_in_the_same_change(proposed: World, path: str, edit: Callable[[str], str]) -> None:
    file = proposed.root / path
    copied = RECORD if path.startswith("registry/") else CLAIM
    file.write_text(edit(file.read_text() if file.exists() else (proposed.root / copied).read_text()))
    commit(proposed.root)
    refused(proposed, "MLS0741", path)


def test_two_claims_that_both_fit(proposed: World) -> None:
    """The environment file names one; the other is not its business."""
    second = CLAIM.replace("v1.1.0", "v1.1.0.2")
    (proposed.root / second).write_text((proposed.root / CLAIM).read_text().replace("nonce: ", "nonce:  "))
    commit(proposed.root)
    refused(proposed, "MLS0741", second)


def test_the_old_claim_again(proposed: World) -> None:
    """Back to v1.0.0 by the claim that approved it once, without a rollback."""
    root = proposed.root
    git(root, "push", "-q", "origin", "main")
    git(root, "checkout", "-q", "HEAD^1", "--", ENVIRONMENT)
    commit(root)
    refused(proposed, "MLS0733", "v1.1.0")
    replace(root, ENVIRONMENT, "previous: none", f"previous: {read(root, RECORD)['digest']!r}".replace("'", '"'))
    commit(root)
    refused(proposed, "MLS0743", "previous")


def test_a_claim_for_another_environment_copied_over(proposed: World) -> None:
    root = proposed.root
    git(root, "push", "-q", "origin", "main")
    copy = root / CLAIM.replace("staging", "production")
    copy.parent.mkdir(parents=True)
    copy.write_bytes((root / CLAIM).read_bytes())
    spec = read(root, ENVIRONMENT)["spec"]
    keys = ", ".join(f'{k}: "{spec[k]}"' for k in ("version", "digest", "previous", "claim"))
    replace(root, ENVIRONMENT.replace("staging", "production"), "target: local-rest", f"target: local-rest, {keys}")
    commit(root)
    refused(proposed, "MLS0743", "approves environment staging", "environment file says production")


def test_the_claim_under_another_name(proposed: World) -> None:
    """Claims are found by name when history is asked, so the name is checked, too."""
    git(proposed.root, "mv", CLAIM, CLAIM.replace("v1.1.0", "latest"))
    commit(proposed.root)
    refused(proposed, "MLS0743", "latest.yaml")


def test_the_same_bytes_as_a_second_version(waiting: World) -> None:
    """A version is one model's bytes: a record may not give them another name."""
    root = waiting.root
    waiting.promote("staging", "--version", "v2.0.0")
    waiting.merge()
    git(root, "fetch", "-q", "origin")
    git(root, "merge", "-q", "--no-ff", "-X", "theirs", "-m", "Mine", f"origin/{BRANCH.replace('v1.1.0', 'v2.0.0')}")
    refused(waiting, "MLS0708", "v2.0.0", "v1.1.0")


@pytest.mark.parametrize(("days", "code"), [(13, 0), (14, 1), (400, 1)])
def test_time(proposed: World, days: int, code: int) -> None:
    result = proposed.verify(now=datetime.now(UTC) + timedelta(days=days))
    assert result.code == code, result.text
    assert ("MLS0734" in result.err) == bool(code)


def test_a_clock_that_is_a_little_slow(proposed: World) -> None:
    assert proposed.verify(now=datetime.now(UTC) - timedelta(minutes=2)).code == 0
    assert "MLS0734" in proposed.verify(now=datetime.now(UTC) - timedelta(hours=2)).err


def test_rebind_leaves_a_sound_world_as_it_is(proposed: World) -> None:
    rebind(proposed.root)
    assert git(proposed.root, "status", "--porcelain") == ""
