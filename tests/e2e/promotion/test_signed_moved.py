"""Signatures that don't hold: everything bound again by the forger, who has no key that the base branch trusts. Each is refused and named."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, RECORD, World, commit, git, read, rebind, replace, run
from support.signing_keys import CLAIM_SIGNATURE, PUBLIC, RECORD_SIGNATURE, Pair, pair, push, trust

pytestmark = pytest.mark.e2e
Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def key() -> Pair:
    return pair()


@pytest.fixture(scope="module")
def signed_once(proposed_once: World, key: Pair, tmp_path_factory: pytest.TempPathFactory) -> World:
    """v1.1.0 is proposed and signed; signatures are asked for; the merge result is checked out."""
    world = proposed_once.copy(tmp_path_factory.mktemp("signed"))
    trust(world, key)
    run(world.root, "promote", "model/demand", "--to", "staging", env=key.env(), check=0)
    world.propose()
    assert world.verify().code == 0
    return world


@pytest.fixture
def signed(signed_once: World, tmp_path: Path) -> World:
    return signed_once.copy(tmp_path)


def payload(root: Path, path: str, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit what a signature states; the signature itself stays."""
    form = json.loads((root / path).read_bytes())
    statement = json.loads(base64.b64decode(form["dsseEnvelope"]["payload"]))
    edit(statement)
    form["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    (root / path).write_text(json.dumps(form))


def bundle(root: Path, path: str, edit: Callable[[dict[str, Any]], None]) -> None:
    form = json.loads((root / path).read_bytes())
    edit(form)
    (root / path).write_text(json.dumps(form))


def flip(path: str) -> Edit:
    """One bit of a record or claim: a digit of its time. Everything else is bound again."""

    def edit(root: Path) -> None:
        key = "createdAt" if path == RECORD else "evaluatedAt"
        old = read(root, path)[key]
        replace(root, path, f'{key}: "{old}"', f'{key}: "{old[:-2]}{(int(old[-2]) ^ 1)}Z"')
        rebind(root)

    return edit


def gone(path: str) -> Edit:
    return lambda root: (root / path).unlink()


def swap(root: Path) -> None:
    one, other = (root / RECORD_SIGNATURE).read_bytes(), (root / CLAIM_SIGNATURE).read_bytes()
    (root / RECORD_SIGNATURE).write_bytes(other)
    (root / CLAIM_SIGNATURE).write_bytes(one)


def wrong_bytes(statement: dict[str, Any]) -> None:
    statement["predicate"]["resources"][0]["digest"] = "0" * 64


MOVED = {
    "one bit of the claim": (flip(CLAIM), "MLS0776", CLAIM_SIGNATURE, f"{CLAIM} changed after it was signed"),
    "one bit of the record": (flip(RECORD), "MLS0776", CLAIM_SIGNATURE, f"{RECORD} changed after it was signed"),
    "no signature of the model": (gone(RECORD_SIGNATURE), "MLS0773", RECORD_SIGNATURE, "is missing"),
    "no signature of the claim": (gone(CLAIM_SIGNATURE), "MLS0773", CLAIM_SIGNATURE, "is missing"),
    "the two exchanged": (swap, "MLS0776", RECORD_SIGNATURE, "it is the signature of promotions/staging/demand/v1.1.0"),
    "the statement of the claim's": (lambda r: payload(r, CLAIM_SIGNATURE, wrong_bytes), "MLS0774", CLAIM_SIGNATURE, "altered"),
    "the statement of the model's": (lambda r: payload(r, RECORD_SIGNATURE, wrong_bytes), "MLS0774", RECORD_SIGNATURE, "altered"),
    "the name in the statement": (
        lambda r: payload(r, RECORD_SIGNATURE, lambda s: s["subject"][0].update(name="registry/demand/v1.0.0")),
        "MLS0774",
        RECORD_SIGNATURE,
        "altered",
    ),
    "a file left out of the statement": (
        lambda r: payload(r, RECORD_SIGNATURE, lambda s: s["predicate"]["resources"].pop()),
        "MLS0774",
        RECORD_SIGNATURE,
        "altered",
    ),
    "another key's name": (
        lambda r: bundle(r, CLAIM_SIGNATURE, lambda b: b["verificationMaterial"]["publicKey"].update(hint="0" * 64)),
        "MLS0775",
        CLAIM_SIGNATURE,
        "sha256:0000",
    ),
    "no key's name": (
        lambda r: bundle(r, CLAIM_SIGNATURE, lambda b: b["verificationMaterial"]["publicKey"].clear()),
        "MLS0774",
        CLAIM_SIGNATURE,
        "by which key",
    ),
    "an empty file": (lambda r: (r / CLAIM_SIGNATURE).write_bytes(b""), "MLS0774", CLAIM_SIGNATURE, "no JSON"),
    "a signature of nothing": (
        lambda r: bundle(r, CLAIM_SIGNATURE, lambda b: b["dsseEnvelope"].update(signatures=[])),
        "MLS0774",
        CLAIM_SIGNATURE,
        "no single signature",
    ),
}


@pytest.mark.parametrize(("edit", "code", "words"), [pytest.param(e, c, w, id=name) for name, (e, c, *w) in MOVED.items()])
def test_what_moved_is_refused_and_named(signed: World, edit: Edit, code: str, words: list[str]) -> None:
    """At the merge, and at the deployment of what was merged all the same."""
    edit(signed.root)
    commit(signed.root, "Forge")
    signed.refused(signed.verify(), code, *words)
    for verb in (("verify", "deployment/staging/demand"), ("reconcile", "--env", "staging")):
        signed.refused(run(signed.root, *verb), code, *words)


def test_a_model_with_a_file_more(signed: World) -> None:
    """In the store, in the record, bound again: the signature names the file that nobody signed."""
    root = signed.root
    model = root / "pipelines/models/demand/model"
    digests = poison(signed, model)
    old = read(root, RECORD)
    for path, before, after in ((RECORD, old["digest"], digests[0]), (RECORD, old["artifacts"]["model"]["md5"], digests[1])):
        replace(root, path, before, after)
    for path in (CLAIM, ENVIRONMENT):
        replace(root, path, old["digest"], digests[0])
    rebind(root)
    commit(root, "Forge")
    signed.refused(signed.verify(), "MLS0776", RECORD_SIGNATURE, "extra.py was not signed")
    signed.refused(run(root, "verify", "deployment/staging/demand"), "MLS0776", "extra.py was not signed")
    signed.refused(run(root, "reconcile", "--env", "staging"), "MLS0776", digests[0])


def poison(world: World, model: Path) -> tuple[str, str]:
    """Add a file to the model in DVC's cache; return the folder's new digest and DVC's md5 of it."""
    import hashlib

    from mlspec.runtime.artifact import digest_folder

    copy = world.home / "poisoned"
    copy.mkdir()
    for file in model.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "extra.py").write_text("print('hello')\n")
    cache, rows = world.root / ".dvc/cache/files/md5", []
    for file in sorted(copy.iterdir()):
        md5 = hashlib.md5(file.read_bytes()).hexdigest()
        rows.append({"md5": md5, "relpath": file.name})
        put(cache, md5, file.read_bytes())
    listing = json.dumps(rows).encode()
    folder = hashlib.md5(listing).hexdigest() + ".dir"
    put(cache, folder, listing)
    return digest_folder(copy), folder


def put(cache: Path, md5: str, content: bytes) -> None:
    path = cache / md5[:2] / md5[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(content)


def test_a_bit_of_the_model_in_the_store(signed: World) -> None:
    """The digest is compared first: the signature vouches for it."""
    md5 = read(signed.root, RECORD)["artifacts"]["model"]["md5"]
    for store in (signed.storage / "files/md5", signed.root / ".dvc/cache/files/md5"):
        listing = json.loads((store / md5[:2] / md5[2:]).read_bytes())
        victim = store / listing[0]["md5"][:2] / listing[0]["md5"][2:]
        victim.chmod(0o644)
        content = bytearray(victim.read_bytes())
        content[-1] ^= 1
        victim.write_bytes(bytes(content))
    git(signed.root, "clean", "-q", "-fdx", ".mlspec/cache")
    signed.refused(signed.verify(), "MLS0972", listing[0]["relpath"])


def test_signed_anew_by_a_key_that_the_change_brings(signed: World, key: Pair) -> None:
    """The forger's key stands in the change's own list of trusted ones; the base branch's list counts."""
    other, root = pair(), signed.root
    sign_again(signed, other)
    (root / "keys/other.pub").write_bytes(other.public)
    replace(root, "mlspec.yaml", f"keys: [{PUBLIC}]", f"keys: [{PUBLIC}, keys/other.pub]")
    commit(root, "Trust me")
    result = signed.verify()
    signed.refused(result, "MLS0775", RECORD_SIGNATURE, CLAIM_SIGNATURE, "is not trusted at")
    signed.refused(result, "MLS0741", "keys/other.pub")


def test_the_trusted_file_itself_changed(signed: World) -> None:
    other = pair()
    sign_again(signed, other)
    (signed.root / PUBLIC).write_bytes(other.public)
    commit(signed.root, "My key under their name")
    signed.refused(signed.verify(), "MLS0775", CLAIM_SIGNATURE)


def sign_again(world: World, key: Pair) -> None:
    """What a forger can do: both signatures, sound but for who made them."""
    from mlspec.registry.entries import read_entry
    from mlspec.registry.signing import chain
    from mlspec.registry.signing.signer import KeySigner
    from mlspec.runtime.artifact import file_digests

    root, signer = world.root, KeySigner(key.private)
    entry = read_entry(RECORD, (root / RECORD).read_bytes())
    (root / RECORD_SIGNATURE).write_bytes(signer.sign(chain.model(entry, file_digests(root / "pipelines/models/demand/model"))))
    (root / CLAIM_SIGNATURE).write_bytes(signer.sign(chain.evidence(entry, CLAIM, (root / CLAIM).read_bytes())))


def test_signed_again_by_the_trusted_key_passes(signed: World, key: Pair) -> None:
    """The clean twin: whoever has the key may sign again before the merge."""
    sign_again(signed, key)
    commit(signed.root, "Sign again")
    assert signed.verify().code == 0


def test_a_signature_of_another_version(signed: World, key: Pair) -> None:
    """What the right key signed for v1.0.0 vouches for nothing else."""
    from mlspec.registry.entries import read_entry
    from mlspec.registry.signing import chain
    from mlspec.registry.signing.signer import KeySigner

    root, old = signed.root, "registry/demand/v1.0.0.yaml"
    entry = read_entry(old, (root / old).read_bytes())
    (root / RECORD_SIGNATURE).write_bytes(KeySigner(key.private).sign(chain.model(entry, {"model.joblib": "0" * 64})))
    commit(root, "Copy")
    signed.refused(signed.verify(), "MLS0776", "it is the signature of registry/demand/v1.0.0")


def test_a_key_that_was_taken_back(signed: World, key: Pair) -> None:
    """Merged and sound; then the base branch trusts another key: refused at the deployment, and signed anew by promoting again."""
    root, other = signed.root, pair()
    git(root, "push", "--quiet", "origin", "main")
    run(root, "verify", "deployment/staging/demand", check=0)
    (root / PUBLIC).write_bytes(other.public)
    push(signed, "Revoke")
    for verb in (("verify", "deployment/staging/demand"), ("reconcile", "--env", "staging")):
        signed.refused(run(root, *verb), "MLS0775", RECORD_SIGNATURE, "is not trusted at")
    run(root, "promote", "model/demand", "--to", "staging", env=other.env(), check=0)
    signed.propose()
    assert signed.verify().code == 0
    git(root, "push", "--quiet", "origin", "main")
    run(root, "verify", "deployment/staging/demand", check=0)


def test_a_rollback_to_what_nobody_trusted_signed(signed: World) -> None:
    git(signed.root, "push", "--quiet", "origin", "main")
    words = ("rollback", "deployment/staging/demand", "--reason", "late vans")
    signed.refused(run(signed.root, *words), "MLS0772", "MLSPEC_SIGNING_KEY")
    signed.refused(run(signed.root, *words, "--dry-run"), "MLS0773", "registry/demand/v1.0.0.sigstore.json")
    signed.refused(run(signed.root, *words, env=pair().env()), "MLS0775", "registry/demand/v1.0.0.sigstore.json")


def test_a_rollback_signs_what_was_deployed_before_signatures_were_asked_for(signed: World, key: Pair) -> None:
    """Else there would be no way back: `promote` signs only what the environment before has."""
    root = signed.root
    git(root, "push", "--quiet", "origin", "main")
    run(root, "rollback", "deployment/staging/demand", "--reason", "late vans", env=key.env(), check=0)
    signed.propose("mlspec/rollback/staging/demand/v1.0.0")
    verified = signed.verify()
    assert verified.code == 0, verified.text
    assert "registry/demand/v1.0.0.sigstore.json is signed by" in verified.out


@pytest.mark.parametrize("path", [RECORD_SIGNATURE, CLAIM_SIGNATURE])
@pytest.mark.parametrize("removed", [False, True], ids=["edited", "removed"])
def test_signatures_are_only_ever_added(signed: World, path: str, removed: bool) -> None:
    git(signed.root, "push", "--quiet", "origin", "main")
    gone(path)(signed.root) if removed else (signed.root / path).write_text("{}")
    commit(signed.root, "Touch")
    signed.refused(signed.verify(), "MLS0730", path)


def test_a_working_tree_that_trusts_another_key(signed: World) -> None:
    """What is deployed is judged by the commit that is checked out, whatever lies around."""
    other, root = pair(), signed.root
    sign_again(signed, other)
    (root / PUBLIC).write_bytes(other.public)
    signed.refused(run(root, "reconcile", "--env", "staging"), "MLS0775", CLAIM_SIGNATURE)
    replace(root, "specs/signed.yaml", "signed: true", "signed: false")
    replace(root, "mlspec.yaml", f"  signing: {{key: MLSPEC_SIGNING_KEY, trusted: {{keys: [{PUBLIC}]}}}}\n", "")
    gone(CLAIM_SIGNATURE)(root)
    signed.refused(run(root, "reconcile", "--env", "staging"), "MLS0773", CLAIM_SIGNATURE)


def test_not_asked_for_and_broken(proposed_once: World, key: Pair, tmp_path: Path) -> None:
    """Without a Policy a signature may be missing; one that is there must hold."""
    world = proposed_once.copy(tmp_path)
    trust(world, key, policy=False)
    run(world.root, "promote", "model/demand", "--to", "staging", check=0)
    assert "sigstore" not in git(world.remote, "show", "--stat", BRANCH)
    world.propose()
    assert world.verify().code == 0
    (world.root / RECORD_SIGNATURE).write_text("{}")
    commit(world.root, "Garbage")
    world.refused(world.verify(), "MLS0774", RECORD_SIGNATURE)


def test_garbage_is_never_a_traceback(signed: World) -> None:
    """`run` fails the test for a traceback or exit code 3."""
    dice, sound = random.Random(7), (signed.root / CLAIM_SIGNATURE).read_bytes()
    for _ in range(12):
        damaged = bytearray(sound)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        (signed.root / CLAIM_SIGNATURE).write_bytes(bytes(damaged))
        assert run(signed.root, "verify", "deployment/staging/demand").code in (0, 1)
