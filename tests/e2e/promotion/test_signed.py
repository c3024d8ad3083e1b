"""Signed promotions through the command line: signed, verified, promoted on, rolled back, deployed; the clean twins of test_signed_moved."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.identity_tokens import token_service
from support.promotion_world import BRANCH, World, commit, git, run
from support.signing_keys import PUBLIC, VARIABLE, Pair, pair, push, trust

from mlspec.diagnostics.digest import bytes_digest

pytestmark = pytest.mark.e2e
OLD = {"registry/demand/v1.0.0.sigstore.json", "promotions/staging/demand/v1.0.0.2.sigstore.json"}


@pytest.fixture(scope="module")
def key() -> Pair:
    return pair()


def promote(world: World, key: Pair, to: str = "staging") -> None:
    run(world.root, "promote", "model/demand", "--to", to, env=key.env(), check=0)


def test_signed_verified_promoted_on_and_rolled_back(deployed: World, key: Pair, tmp_path: Path) -> None:
    world, root = deployed, deployed.root
    trust(world, key)
    assert "MLS0773" in run(root, "verify", check=1).err  # what was deployed before signatures were asked for
    assert "`policy/signed` asks for signatures" in run(root, "promote", "model/demand", "--to", "staging", "--dry-run", check=0).out
    promote(world, key)
    branch = BRANCH.replace("v1.1.0", "v1.0.0")
    world.propose(branch)
    changed = set(git(root, "diff", "--name-only", "origin/main", "HEAD").split())
    assert changed >= OLD
    assert not any(key.secret() in p.read_text(errors="ignore") for p in tmp_path.rglob("*") if p.is_file())
    verified = world.verify()
    assert verified.code == 0, verified.text
    assert f"registry/demand/v1.0.0.sigstore.json is signed by {PUBLIC} (sha256:" in verified.out
    git(root, "push", "--quiet", "origin", "main")
    assert f"promotions/staging/demand/v1.0.0.2.sigstore.json is signed by {PUBLIC}" in run(root, "verify", check=0).out
    assert "nothing to do" in run(root, "promote", "model/demand", "--to", "staging", env=key.env(), check=0).out
    model = (root / "registry/demand/v1.0.0.sigstore.json").read_bytes()
    promote(world, key, "production")
    world.propose("mlspec/promote/production/demand/v1.0.0")
    assert world.verify().code == 0
    assert (root / "registry/demand/v1.0.0.sigstore.json").read_bytes() == model  # one signature a version
    assert "promotions/production/demand/v1.0.0.sigstore.json is signed by" in run(root, "verify", check=0).out


def test_a_rollback_is_signed_too(waiting: World, key: Pair) -> None:
    """Without a Policy: what has a key is signed all the same."""
    world, root = waiting, waiting.root
    trust(world, key, policy=False)
    promote(world, key)
    world.merge()
    rolled = ("rollback", "deployment/staging/demand", "--reason", "too low on Sundays")
    run(root, *rolled, env=key.env(), check=0)
    world.propose("mlspec/rollback/staging/demand/v1.0.0")
    verified = world.verify()
    assert verified.code == 0, verified.text
    assert "promotions/staging/demand/v1.0.0.rollback-1.sigstore.json is signed by" in verified.out


def test_a_second_run_finds_what_it_signed(waiting: World, key: Pair) -> None:
    trust(waiting, key)
    promote(waiting, key)
    before = git(waiting.remote, "rev-parse", BRANCH)
    assert "found" in run(waiting.root, "promote", "model/demand", "--to", "staging", env=key.env(), check=0).out
    assert git(waiting.remote, "rev-parse", BRANCH) == before


def test_a_standing_branch_whose_key_counts_no_more_is_made_anew(waiting: World, key: Pair) -> None:
    other = pair()
    trust(waiting, other)
    promote(waiting, other)
    before = git(waiting.remote, "rev-parse", BRANCH)
    (waiting.root / PUBLIC).write_bytes(key.public)
    push(waiting, "Another key")
    promote(waiting, key)
    assert git(waiting.remote, "rev-parse", BRANCH) != before
    waiting.propose()
    assert waiting.verify().code == 0


NO_KEY = {
    "no key": ({}, "MLS0772", "set MLSPEC_SIGNING_KEY"),
    "a file that is not there": ({VARIABLE: "/nowhere/release.pem"}, "MLS0772", "can't be read"),
    "no key but words": ({VARIABLE: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}, "MLS0772", "no private key"),
    "a key that nobody trusts": (pair().env(), "MLS0775", "trusted are keys/release.pub"),
}


@pytest.mark.parametrize(("env", "code", "word"), NO_KEY.values(), ids=NO_KEY.keys())
def test_nothing_is_proposed_without_the_right_key(waiting_for_a_key: World, env: dict[str, str], code: str, word: str) -> None:
    before = git(waiting_for_a_key.remote, "for-each-ref")
    done = run(waiting_for_a_key.root, "promote", "model/demand", "--to", "staging", env=env)
    waiting_for_a_key.refused(done, code, word)
    assert git(waiting_for_a_key.remote, "for-each-ref") == before
    assert not any("-----BEGIN" in line for line in done.text.splitlines())


def test_a_private_key_in_the_repository_is_refused(waiting_for_a_key: World, key: Pair) -> None:
    root = waiting_for_a_key.root
    (root / "release.pem").write_bytes(key.private)
    push(waiting_for_a_key, "Oops")
    waiting_for_a_key.refused(run(root, "promote", "model/demand", "--to", "staging", env={VARIABLE: "release.pem"}), "MLS0779")
    git(root, "rm", "--quiet", "release.pem")
    push(waiting_for_a_key, "Out again")
    (root / "mine.pem").write_bytes(pair().private)
    words = ("promote", "model/demand", "--to", "staging")
    waiting_for_a_key.refused(run(root, *words, env={VARIABLE: "mine.pem"}), "MLS0779", "working tree", ".gitignore")
    (root / "mine.pem").write_bytes(key.private)
    (root / ".git/info/exclude").write_text("mine.pem\n")
    run(root, *words, env={VARIABLE: "mine.pem"}, check=0)
    run(root, "promote", "model/demand", "--to", "staging", env=key.file(waiting_for_a_key.home), check=0)


@pytest.fixture(scope="module")
def trusting_once(proposed_once: World, key: Pair, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = proposed_once.copy(tmp_path_factory.mktemp("trusting"))
    trust(world, key)
    return world


@pytest.fixture
def waiting_for_a_key(trusting_once: World, tmp_path: Path) -> World:
    """A key is trusted and signatures are asked for; the proposal that waits was made before."""
    return trusting_once.copy(tmp_path)


def test_in_ci_a_job_that_runs_no_model_signs(waiting_for_a_key: World, key: Pair) -> None:
    """judge (no key) -> sign (key, no Git token) -> propose (neither): each in a clone of its own."""
    world = waiting_for_a_key
    folder = world.home / "proposal"
    run(world.root, "promote", "model/demand", "--to", "staging", "--proposal", str(folder), check=0)
    unsigned = world.clone("unsigned")
    world.refused(run(unsigned, "ci", "sign", "--from", str(folder)), "MLS0772")
    signed = run(world.clone("signer"), "ci", "sign", "--from", str(folder), env=key.env(), check=0)
    assert "registry/demand/v1.1.0.sigstore.json" in signed.out
    assert not any(key.secret() in p.read_text() for p in folder.rglob("*") if p.is_file())
    run(world.clone("proposer"), "ci", "propose", "--from", str(folder), check=0)
    world.propose()
    verified = world.verify()
    assert verified.code == 0, verified.text
    assert "promotions/staging/demand/v1.1.0.sigstore.json is signed by keys/release.pub" in verified.out


def test_ci_signs_no_other_bytes_and_no_other_files(waiting_for_a_key: World, key: Pair) -> None:
    world = waiting_for_a_key
    folder = world.home / "proposal"
    run(world.root, "promote", "model/demand", "--to", "staging", "--proposal", str(folder), check=0)
    record = folder / "files/registry/demand/v1.1.0.yaml"
    sound = record.read_text()
    digest = next(line for line in sound.splitlines() if line.startswith("digest:"))
    record.write_text(sound.replace(digest, f'digest: "sha256:{"0" * 64}"'))
    claim = folder / "files/promotions/staging/demand/v1.1.0.yaml"
    named, honest = bytes_digest(sound.encode()), claim.read_text()
    claim.write_text(honest.replace(named, bytes_digest(record.read_bytes())))
    refused = run(world.root, "ci", "sign", "--from", str(folder), env=key.env())
    assert refused.code == 1, refused.text
    assert "MLS0522" in refused.err or "MLS0740" in refused.err, refused.text
    record.write_text(sound)
    claim.write_text(honest)
    (folder / "files/registry/demand/run.sigstore.json").write_text("{}")
    world.refused(run(world.root, "ci", "sign", "--from", str(folder), env=key.env()), "MLS0522", "run.sigstore.json")


def test_as_a_job_up_to_the_network(waiting_for_a_key: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keyless: the job's token is asked for in sigstore's name; what comes after is refused here, and nothing is proposed."""
    world, home = waiting_for_a_key, str(tmp_path_factory.mktemp("home"))
    with token_service() as service:
        env = {**service.environment, "HOME": home, "XDG_CACHE_HOME": home, "XDG_DATA_HOME": home, "HTTPS_PROXY": "http://127.0.0.1:9"}
        done = run(world.root, "promote", "model/demand", "--to", "staging", env=env)
    assert [request["audience"] for request in service.requests] == ["sigstore"]
    world.refused(done, "MLS0777")
    assert service.issued[0] not in done.text


def test_asked_for_where_nobody_is_trusted(deployed: World) -> None:
    """Training goes on, with a warning; a promotion that nobody could merge is not even judged."""
    policy = "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {name: staging}\nspec: {environments: [staging], require: {signed: true}}\n"
    (deployed.root / "specs/signed.yaml").write_text(policy)
    assert "warning[MLS0771]" in run(deployed.root, "validate", check=0).text
    commit(deployed.root, "Ask for signatures")
    git(deployed.root, "push", "--quiet", "origin", "main")
    deployed.refused(run(deployed.root, "promote", "model/demand", "--to", "staging"), "MLS0771", "staging")
