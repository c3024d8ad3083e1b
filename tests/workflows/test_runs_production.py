"""The example's model goes all the way to production, run by act: judged, signed, reviewed by two people, merged, asked again, deployed, marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from support.act_looks import edit
from support.act_world import World
from support.cli import git

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

EXAMPLE = Path(__file__).resolve().parents[2] / "example-project"
POLICY = "specs/policies/production.yaml"
ASKED = ("    # approvals: {count: 2, notAuthor: true}", "    # signed: true")
KEY = "MLSPEC_SIGNING_KEY"
SIGNING = f"  signing: {{key: {KEY}, trusted: {{keys: [keys/release.pub]}}}}\n"
RIGHTS = {"ada": "admin", "ben": "write", "carl": "write", "grace": "write"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example, trained and merged; production asks for two approvals and for signatures."""
    with World(tmp_path_factory.mktemp("example"), project=EXAMPLE) as world:
        text = (world.root / POLICY).read_text(encoding="utf-8")
        for line in ASKED:
            assert line in text
            text = text.replace(line, line.replace("# ", ""))
        (world.root / POLICY).write_text(text, encoding="utf-8")
        with (world.root / "mlspec.yaml").open("a", encoding="utf-8") as settings:
            settings.write(SIGNING)
        make_key(world)
        world.person("mlspec", "apply")
        world.person("mlspec", "run", "model/demand")
        world.person("dvc", "push", "--quiet", "--recursive", "pipelines")
        world.push("main", "Train")
        return world


def make_key(world: World) -> None:
    """A private key beside the project, and its public half in it."""
    private = ec.generate_private_key(ec.SECP256R1())
    (world.folder / "release.pem").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (world.root / "keys").mkdir()
    (world.root / "keys/release.pub").write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.fixture
def world(make_world, example: World) -> World:
    """A copy of the example, the people who may write to it, and the key as a secret."""
    world = make_world(template=example)
    world.github.people.rights = dict(RIGHTS)
    world.secrets = world.secrets | {KEY: (example.folder / "release.pem").read_text(encoding="utf-8")}
    return world


def promote(world: World, environment: str) -> str:
    """grace promotes the model by the workflow; returns the branch of the pull request that the bot opened for her."""
    world.actor = "grace"
    run = world.dispatch("promote", inputs={"model": "demand", "environment": environment, "version": ""})
    assert (run.code, run.failed) == (0, []), run.told
    [pull] = world.github.open_pulls()
    return str(pull["head"]["ref"])


def status(world: World, branch: str) -> str:
    """What GitHub shows of the approvals of a branch's last commit."""
    return dict(world.github.statuses_of(world.commit_of(branch)))["mlspec/approvals"]


def test_the_example_reaches_production_by_review(world: World) -> None:
    branch = promote(world, "staging")
    checked = world.pull_request(branch)
    assert (checked.code, checked.failed) == (0, []), checked.told
    assert {"registry/demand/v1.0.0.sigstore.json", "promotions/staging/demand/v1.0.0.sigstore.json"} < set(world.files_of(branch))
    world.merge(branch)
    assert world.run("deploy", "push").code == 0

    branch = promote(world, "production")
    assert "Requested-by: grace" in world.message(branch)
    checked = world.pull_request(branch)
    assert (checked.code, checked.failed) == (0, []), checked.told

    first = world.review(branch, "ben")
    assert (first.code, status(world, branch)) == (1, "failure"), first.told
    own = world.review(branch, "grace")
    assert (own.code, status(world, branch)) == (1, "failure"), own.told
    assert "grace" in own.log
    second = world.review(branch, "carl")
    assert (second.code, status(world, branch)) == (0, "success"), second.told

    world.merge(branch)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.failed) == (0, []), deployed.told
    assert {"deploy production", "deploy staging"} <= set(deployed.succeeded)
    tags = git(world.remote, "tag", "--list").split()
    assert tags == ["demand#production#2", "demand#staging#1", "demand@v1.0.0"]

    world.pull_into("main")
    assert "v1.0.0" in world.person("mlspec", "history", "deployment/production/demand")


def test_merged_past_the_reviews_is_not_deployed(world: World) -> None:
    """An administrator may merge without approvals; a pushed status may say yes. GitHub's reviews are asked again at deployment."""
    world.merge(promote(world, "staging"))
    branch = promote(world, "production")
    head = world.commit_of(branch)
    for login in ("ben", "carl"):
        world.github.review(world.open_pull(branch)["number"], login)
    edit(
        world,
        {"environments/production/demand.yaml": world.show(branch, "environments/production/demand.yaml") + "# seen\n"},
        branch,
        since=branch,
    )
    assert world.commit_of(branch) != head
    world.merge(branch)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.failed) == (1, ["deploy production"]), deployed.told
    assert git(world.remote, "tag", "--list", "*production*") == ""
