"""What really moves between evaluation, merge and deployment: bytes, data, specs, code, the champion, the base, time, configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.cli import command
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, LOCK, RECORD, World, commit, forge, git, read, replace, run

pytestmark = pytest.mark.e2e
PRODUCTION = ENVIRONMENT.replace("staging", "production")
WEAKER = "mlspec/promote/staging/demand/v1.2.0"


def refused(root: Path, *words: str, code: str, names: tuple[str, ...]) -> None:
    result = run(root, *words)
    assert result.code == 1, result.text
    assert f"error[{code}" in result.err, result.text
    for name in names:
        assert name in result.err, result.text


def check(root: Path, code: str, *names: str) -> None:
    refused(root, "verify", "--base", "origin/main", code=code, names=names)


def stored(world: World, md5: str) -> Path:
    return world.storage / "files/md5" / md5[:2] / md5[2:]


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def object_of(world: World, part: str) -> Path:
    """The stored file of an artifact of v1.1.0; of a folder, its largest file."""
    path = stored(world, read(world.root, RECORD)["artifacts"][part]["md5"])
    if path.suffix != ".dir":
        return path
    files = [stored(world, row["md5"]) for row in read(path.parent, path.name)]
    return max(files, key=lambda f: f.stat().st_size)


# ---------------------------------------------------------------------------------------------- bytes


@pytest.mark.parametrize("part", ["model", "baseline", "test", "train"])
def test_a_bit_of_an_artifact_on_the_dvc_remote(proposed: World, part: str) -> None:
    git(proposed.root, "push", "-q", "origin", f"HEAD:refs/heads/merged-{part}")
    host = proposed.clone("host")
    git(host, "switch", "-q", f"merged-{part}")
    flip(object_of(proposed, part))
    check(host, "MLS0972", f"pipelines/models/demand/{part}", "altered")


def test_the_listing_of_the_model_on_the_dvc_remote(proposed: World) -> None:
    git(proposed.root, "push", "-q", "origin", "main")
    host = proposed.clone("host")
    flip(stored(proposed, read(host, RECORD)["artifacts"]["model"]["md5"]))
    refused(host, "verify", code="MLS0972", names=("pipelines/models/demand/model",))


def test_other_bytes_in_lock_and_record(proposed: World) -> None:
    """DVC is content with md5: a lock merged by somebody and the record both name another model's. sha256 is what was approved."""
    root = proposed.root
    other = read(root, "registry/demand/v1.0.0.yaml")["artifacts"]["model"]["md5"]
    own = read(root, RECORD)["artifacts"]["model"]["md5"]
    base_moves(proposed, LOCK, own, other)
    git(root, "merge", "-q", "-m", "Update", "origin/main")
    forge(root, RECORD, lambda r: r["artifacts"]["model"].update(md5=other))
    check(root, "MLS0740", "the model's bytes changed", read(root, RECORD)["digest"])


def test_reconcile_refuses_altered_bytes_and_the_old_version_serves_on(proposed: World) -> None:
    """In the host's own processes, as a person would: started, then the new version's bytes are damaged, then repaired."""
    import httpx2

    host = proposed.clone("host")
    words = ("reconcile", "--env", "staging")
    try:
        first = command(host, "mlspec", *words, check=0)
        url = next(word for word in first.out.split() if word.startswith("http://"))
        git(proposed.root, "push", "-q", "origin", "main")
        git(host, "pull", "-q")
        target = object_of(proposed, "model")
        sound = target.read_bytes()
        flip(target)
        refusing = command(host, "mlspec", *words, check=1)
        assert "MLS0972" in refusing.err, refusing.text
        assert httpx2.get(f"{url}/v2/models/demand").json()["versions"] == ["v1.0.0"]
        target.write_bytes(sound)
        assert "v1.0.0 -> v1.1.0" in command(host, "mlspec", *words, check=0).out
        assert httpx2.get(f"{url}/v2/models/demand").json()["versions"] == ["v1.1.0"]
        replace(host, "specs/local-rest.yaml", "port: 0", "port: 8099")
        assert "MLS0736" in command(host, "mlspec", *words, check=1).err
        (host / CLAIM).write_text((host / CLAIM).read_text() + "\n")
        assert "MLS0732" in command(host, "mlspec", *words, check=1).err
        assert httpx2.get(f"{url}/v2/models/demand").json()["versions"] == ["v1.1.0"]
    finally:
        command(host, "mlspec", *words, "--stop")


# ---------------------------------------------------------------------------------------------- the base moves on


def base_moves(world: World, path: str, old: str, new: str) -> None:
    """Somebody else's change is merged to main, and the promotion is brought up to date with it."""
    root = world.root
    git(root, "switch", "-q", "--detach", "origin/main")
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))
    commit(root, "Somebody else's change")
    git(root, "push", "-q", "origin", "HEAD:main")
    git(root, "fetch", "-q")
    git(root, "switch", "-q", "main")


MOVES = {
    "a KPI loosened": ("specs/demand-kpis.yaml", "mae <= 50", "mae <= 500", "MLS0737", "the KPIs changed"),
    "a KPI tightened": ("specs/demand-kpis.yaml", "mae <= 50", "mae <= 1", "MLS0737", "the KPIs changed"),
    "the estimator's parameters": ("specs/demand.yaml", "alpha: 1.0", "alpha: 2.0", "MLS0738", "the specs"),
    "the validation rules": ("specs/sales-rules.yaml", "min: 20", "min: 10", "MLS0738", "the specs"),
    "the code": ("worldcode/level.py", "by another name", "by any other name", "MLS0738", "the code"),
    "the environment lock": ("requirements.lock", "# locked", "numpy==1.0.0", "MLS0738", "the environment lock"),
    "the deployment target": ("specs/local-rest.yaml", "port: 0", "port: 8099", "MLS0736", "`local-rest`"),
}


@pytest.mark.parametrize(("path", "old", "new", "code", "name"), [pytest.param(*row, id=k) for k, row in MOVES.items()])
def test_the_base_branch_moved(proposed: World, path: str, old: str, new: str, code: str, name: str) -> None:
    base_moves(proposed, path, old, new)
    check(proposed.root, "MLS0744", "`git merge origin/main`")
    git(proposed.root, "merge", "-q", "-m", "Update", "origin/main")
    check(proposed.root, code, name)


def test_the_base_moved_by_what_does_not_matter(proposed: World) -> None:
    root = proposed.root
    git(root, "switch", "-q", "--detach", "origin/main")
    (root / "README.md").write_text("hello\n")
    commit(root)
    git(root, "push", "-q", "origin", "HEAD:main")
    git(root, "fetch", "-q")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "-m", "Update", "origin/main")
    assert proposed.verify().code == 0


def test_the_base_set_a_hold_meanwhile(proposed: World) -> None:
    base_moves(proposed, PRODUCTION, "target: local-rest", 'target: local-rest, hold: {until: "2099-01-01", reason: freeze}')
    root = proposed.root
    git(root, "merge", "-q", "-m", "Update", "origin/main")
    git(root, "push", "-q", "origin", "main")
    refused(root, "promote", "model/demand", "--to", "production", code="MLS0703", names=("freeze",))


@pytest.mark.parametrize("part", ["train.parquet", "test.parquet", "model"])
def test_a_forged_lock_file_on_the_base(proposed: World, part: str) -> None:
    """Even where somebody merged a lock that names other bytes, the promotion is about what was evaluated."""
    path = "test.parquet" if part == "train.parquet" else "train.parquet" if part == "test.parquet" else "baseline"
    rows = {o["path"]: o["md5"] for s in read(proposed.root, LOCK)["stages"].values() for o in s["outs"]}
    root = proposed.root
    git(root, "switch", "-q", "--detach", "origin/main")
    (root / LOCK).write_text((root / LOCK).read_text().replace(rows[part], rows[path]))
    commit(root)
    git(root, "push", "-q", "origin", "HEAD:main")
    git(root, "fetch", "-q")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "-m", "Update", "origin/main")
    names = {"train.parquet": "the training data", "test.parquet": "the test data", "model": "the model"}
    check(root, "MLS0738", names[part], rows[path])


POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {name: fresh}
spec: {environments: [staging], require: {maxEvaluationAge: 3d}}
"""
LAX_KPIS = "apiVersion: mlspec/v1\nkind: KPISet\nmetadata: {name: demand}\nspec: {confidence: 0.8}\n"
OTHER_PORT = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {rest: {port: 8099}}\n"
ADDED = {
    "a policy": ("specs/fresh.yaml", POLICY, "MLS0746"),
    "an overlay of the KPIs": ("environments/staging/overlays/kpis.yaml", LAX_KPIS, "MLS0737"),
    "an overlay of the target": ("environments/staging/overlays/rest.yaml", OTHER_PORT, "MLS0736"),
}


@pytest.mark.parametrize(("path", "text", "code"), [pytest.param(*row, id=k) for k, row in ADDED.items()])
@pytest.mark.parametrize("merged", [False, True], ids=["in the same change", "on the base"])
def test_a_policy_or_an_overlay(proposed: World, path: str, text: str, code: str, merged: bool) -> None:
    root = proposed.root
    if merged:
        git(root, "switch", "-q", "--detach", "origin/main")
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(text)
    commit(root)
    if merged:
        git(root, "push", "-q", "origin", "HEAD:main")
        git(root, "fetch", "-q")
        git(root, "switch", "-q", "main")
        git(root, "merge", "-q", "-m", "Update", "origin/main")
    check(root, code if merged else "MLS0741", "changed" if merged else path)


# ---------------------------------------------------------------------------------------------- two promotions race


def test_two_promotions_race_and_the_loser_is_told_to_be_judged_again(waiting: World) -> None:
    bob = waiting.clone("bob")
    shallow = waiting.clone("shallow", "--depth", "1")
    done = run(bob, "promote", "model/demand", "--to", "staging", "--version", "v1.2.0", check=0)
    assert WEAKER in done.out
    waiting.merge()
    refused(shallow, "promote", "model/demand", "--to", "staging", code="MLS0953", names=("git fetch --unshallow",))
    refused(bob, "promote", "model/demand", "--to", "staging", code="MLS0709", names=("behind", "git pull"))
    git(bob, "pull", "-q")
    git(bob, "merge", "-q", "--no-ff", "-X", "theirs", "-m", "Mine", f"origin/{WEAKER}")
    check(bob, "MLS0733", "the champion moved", "v1.1.0", "`mlspec promote` again")
    git(bob, "reset", "-q", "--hard", "origin/main")
    assert "has v1.1.0 already" in run(bob, "promote", "model/demand", "--to", "staging", check=0).out


def test_verify_in_a_shallow_clone(waiting: World) -> None:
    shallow = waiting.clone("shallow", "--depth", "1")
    refused(shallow, "verify", "--base", "HEAD", code="MLS0953", names=("fetch-depth: 0",))


# ---------------------------------------------------------------------------------------------- stale, and forged before the promotion


def test_specs_changed_and_not_trained(deployed: World) -> None:
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 5.0")
    run(deployed.root, "apply", check=0)
    commit(deployed.root)
    git(deployed.root, "push", "-q", "origin", "main")
    refused(deployed.root, "promote", "model/demand", "--to", "staging", code="MLS0707", names=("train", "alpha"))


def test_specs_changed_and_not_applied(deployed: World) -> None:
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 5.0")
    commit(deployed.root)
    git(deployed.root, "push", "-q", "origin", "main")
    refused(deployed.root, "promote", "model/demand", "--to", "staging", code="MLS0503", names=("params.yaml",))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("worldcode/level.py", "\nCHANGED = True\n"),
        ("data/sales.csv", "2025-01-01,north,2.0,60\n"),
        ("requirements.lock", "numpy==1.0.0\n"),
    ],
    ids=["code", "data", "lock"],
)
def test_inputs_changed_and_not_trained(deployed: World, path: str, text: str) -> None:
    with (deployed.root / path).open("a") as file:
        file.write(text)
    commit(deployed.root)
    git(deployed.root, "push", "-q", "origin", "main")
    refused(deployed.root, "promote", "model/demand", "--to", "staging", code="MLS0707", names=(path,))


@pytest.mark.parametrize("name", ["metrics.json", "evaluation.json"])
def test_forged_metrics(waiting: World, name: str) -> None:
    """The claim's numbers are measured, not read; and a file that is not what its stage wrote makes the model not current."""
    root = waiting.root
    file = root / "pipelines/models/demand" / name
    text = file.read_text()
    file.unlink()
    file.write_text(text.replace("mae", "MAE"))
    if git(root, "status", "--porcelain"):
        refused(root, "promote", "model/demand", "--to", "staging", code="MLS0954", names=(name,))
    commit(root, "Better numbers")
    git(root, "push", "-q", "origin", "main")
    refused(root, "promote", "model/demand", "--to", "staging", code="MLS0707", names=(f"{name} is not what the stage wrote",))


def test_a_forged_lock_before_the_promotion(waiting: World) -> None:
    """Easier test rows put into dvc.lock by hand: the stage after the split would run, so the model is not current."""
    root = waiting.root
    rows = {o["path"]: o["md5"] for s in read(root, LOCK)["stages"].values() for o in s["outs"]}
    stage = (root / LOCK).read_text()
    at = stage.index(rows["test.parquet"])
    (root / LOCK).write_text(stage[:at] + rows["train.parquet"] + stage[at + 32 :])
    commit(root)
    git(root, "push", "-q", "origin", "main")
    refused(root, "promote", "model/demand", "--to", "staging", code="MLS0707", names=("test.parquet",))


# ---------------------------------------------------------------------------------------------- the environment file by hand


def test_a_version_by_hand(waiting: World) -> None:
    root = waiting.root
    spec = read(root, ENVIRONMENT)["spec"]
    keys = f'version: v1.0.0, digest: "{spec["digest"]}", previous: none, claim: "sha256:{"0" * 64}"'
    replace(root, PRODUCTION, "target: local-rest", f"target: local-rest, {keys}")
    commit(root)
    check(root, "MLS0732", "no claim has the digest")
    refused(root, "verify", "deployment/production/demand", code="MLS0732", names=("deployment/production/demand",))


def test_a_digest_without_a_claim(waiting: World) -> None:
    digest = read(waiting.root, ENVIRONMENT)["spec"]["digest"]
    replace(waiting.root, PRODUCTION, "target: local-rest", f'target: local-rest, version: v1.0.0, digest: "{digest}"')
    commit(waiting.root)
    assert "claim" in run(waiting.root, "verify", "--base", "origin/main", check=1).err


def test_another_digest_by_hand(proposed: World) -> None:
    root = proposed.root
    replace(root, ENVIRONMENT, read(root, RECORD)["digest"], "sha256:" + "1" * 64)
    commit(root)
    check(root, "MLS0735", "the environment file says")


def test_a_version_taken_away(waiting: World) -> None:
    """Two changes would make the champion vanish: the first is refused."""
    root = waiting.root
    (root / ENVIRONMENT).write_text((root / PRODUCTION).read_text().replace("production", "staging"))
    commit(root)
    check(root, "MLS0742", "loses its version")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [("target: local-rest", "target: other-rest", "target"), ("{name: demand,", "{name: demand, labels: {a: b},", "metadata")],
    ids=["target", "labels"],
)
def test_another_key_in_the_same_change(proposed: World, old: str, new: str, name: str) -> None:
    root = proposed.root
    base_moves_by_a_new_target(proposed)
    replace(root, ENVIRONMENT, old, new)
    commit(root)
    check(root, "MLS0742", f"`{name}`")


def base_moves_by_a_new_target(world: World) -> None:
    root = world.root
    git(root, "switch", "-q", "--detach", "origin/main")
    (root / "specs/other-rest.yaml").write_text((root / "specs/local-rest.yaml").read_text().replace("local-rest", "other-rest"))
    commit(root)
    git(root, "push", "-q", "origin", "HEAD:main")
    git(root, "fetch", "-q")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "-m", "Update", "origin/main")


def test_another_object_in_the_same_file(waiting: World) -> None:
    """A file may hold several Deployments: a promotion of one may not move another."""
    root = waiting.root
    git(root, "push", "-q", "origin", "--delete", BRANCH)
    second = (root / PRODUCTION).read_text().replace("production", "staging").replace("name: demand,", "name: second,")
    hold = second.replace("target: local-rest", 'target: local-rest, hold: {until: "2099-01-01", reason: freeze}')
    with (root / ENVIRONMENT).open("a") as file:
        file.write(f"---\n{hold}")
    run(root, "apply", check=0)
    commit(root)
    git(root, "push", "-q", "origin", "main")
    waiting.promote()
    waiting.propose()
    assert waiting.verify().code == 0
    (root / ENVIRONMENT).write_text((root / ENVIRONMENT).read_text().replace("2099-01-01", "2020-01-01"))
    commit(root)
    check(root, "MLS0742", "document 2")


def test_a_tag_does_not_take_the_base_branch_s_place(proposed: World) -> None:
    """Git prefers a tag `origin/main` to the branch, and fetches foreign tags: the change would look empty."""
    git(proposed.root, "tag", "origin/main", "HEAD")
    check(proposed.root, "MLS0958", "refs/tags/origin/main")


def test_a_replaced_object_is_not_believed(proposed: World) -> None:
    """`git replace` shows other content under a commit's id."""
    root = proposed.root
    git(root, "replace", git(root, "rev-parse", "origin/main").strip(), git(root, "rev-parse", "HEAD").strip())
    assert "deployment/staging/demand: verified" in proposed.verify().out


# ---------------------------------------------------------------------------------------------- rollback as a way round the gates


def rolled_back(world: World) -> Path:
    """v1.1.0 was deployed and rolled back; the hold stands."""
    root = world.root
    git(root, "push", "-q", "origin", "main")
    run(root, "rollback", "deployment/staging/demand", "--reason", "too low", check=0)
    world.merge("mlspec/rollback/staging/demand/v1.0.0")
    return root


def test_a_rollback_can_t_bring_back_what_the_hold_keeps_out(proposed: World) -> None:
    root = rolled_back(proposed)
    words = ("rollback", "deployment/staging/demand", "--reason", "sorry", "--to", "v1.1.0")
    refused(root, *words, code="MLS0703", names=("too low",))


def test_a_rollback_to_what_was_never_there(waiting: World) -> None:
    refused(waiting.root, "rollback", "deployment/staging/demand", "--reason", "x", code="MLS0712", names=("first version",))
    words = ("rollback", "deployment/staging/demand", "--reason", "x", "--to", "v7.0.0")
    refused(waiting.root, *words, code="MLS0712", names=("v7.0.0", "nothing else was deployed here"))


def test_a_rollback_without_its_hold(proposed: World) -> None:
    root = proposed.root
    git(root, "push", "-q", "origin", "main")
    run(root, "rollback", "deployment/staging/demand", "--reason", "too low", check=0)
    proposed.propose("mlspec/rollback/staging/demand/v1.0.0")
    text = (root / ENVIRONMENT).read_text()
    hold = text[text.index(", hold: {") : text.index("}", text.index(", hold: {")) + 1]
    (root / ENVIRONMENT).write_text(text.replace(hold, ""))
    commit(root)
    check(root, "MLS0745", "hold")


def test_a_rollback_whose_version_no_longer_loads(proposed: World) -> None:
    root = proposed.root
    git(root, "push", "-q", "origin", "main")
    shutil.rmtree(proposed.storage)
    shutil.rmtree(root / ".dvc/cache", ignore_errors=True)
    shutil.rmtree(root / ".mlspec/cache")
    words = ("rollback", "deployment/staging/demand", "--reason", "too low")
    refused(root, *words, code="MLS0971", names=("pipelines/models/demand/model",))
