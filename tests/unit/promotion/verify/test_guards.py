"""Which files need an owner's approval whatever they say: keys always, and where approvals are asked what could take them away."""

from __future__ import annotations

import pytest
from support.changes import BASE, Files, at
from support.projects import PROJECT
from support.signing_keys import pair

from mlspec.promotion.verify.guards import asks_of_guards
from mlspec.promotion.verify.proposed import Change

POLICY = (
    "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {name: staging}\nspec: {environments: [staging], require: {approvals: {count: 1}}}\n"
)
OWNED = PROJECT.replace("{name: shop}", '{name: shop, owner: "@ada"}')
PUBLIC = pair().public
SIGNING = "  signing: {{key: MLSPEC_KEY, trusted: {{keys: [{}]}}}}\n"


def guarded(path: str, *, keys: str = "", policy: bool = True, state: str = "M") -> list[str]:
    there = "/".join(part for part in keys.strip("'").split("/") if part not in ("", "."))
    signing: Files = {"mlspec.yaml": OWNED + SIGNING.format(keys), there: PUBLIC} if keys else {"mlspec.yaml": OWNED}
    base: Files = {**BASE, **signing, **({"specs/policy.yaml": POLICY} if policy else {})}
    asks = list(asks_of_guards(Change(at(base), at(base), {path: state})))
    assert all((a.owner, a.count, a.loosens) == ("@ada", 1, True) for a in asks)
    assert all(a.span is not None and a.span.path == path for a in asks)
    return [a.what for a in asks]


@pytest.mark.parametrize(
    "path",
    [
        ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".github/workflows/mlspec-ci.yml", ".github/workflows/mlspec-x.yml", ".dvc/config",
        ".dvc/config.local", "codeowners", ".GitHub/CodeOwners", ".github/workflows/MLSPEC-CI.YML", ".DVC/Config",
        ".github", ".github/workflows", ".dvc", "docs", ".GITHUB",
    ],
)  # fmt: skip
def test_what_could_take_approvals_away_needs_one(path: str) -> None:
    """In any case, and a link in place of a folder too."""
    assert len(guarded(path)) == 1
    assert guarded(path, policy=False) == []


@pytest.mark.parametrize(
    "path",
    [
        "README.md", ".github/workflows/ci.yml", ".github/workflows/mlspec-ci.yaml", ".github/dependabot.yml", "docs/index.md", ".dvc/tmp", "owners",
        "a/CODEOWNERS", "x/.dvc/config", ".dvc/config2", ".githubx", "doc",
    ],
)  # fmt: skip
def test_other_files_do_not(path: str) -> None:
    assert guarded(path) == []


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("keys/release.pub", "keys/release.pub"),
        ("keys/release.pub", "Keys/Release.PUB"),
        ("keys/release.pub", "keys"),
        ("./keys//release.pub", "keys/release.pub"),
        ("'keys/[prod].pub'", "keys/[prod].pub"),
        ("'keys/[prod].pub'", "keys"),
        ("keys/straße.pub", "keys/STRASSE.pub"),
    ],
)
def test_a_trusted_key_needs_one_whatever_policies_ask(key: str, path: str) -> None:
    """A path with brackets is a path: as a pattern it would not match itself, and the key could be exchanged unseen."""
    assert [w.split(": ")[1] for w in guarded(path, keys=key, policy=False)] == ["its key's signatures count"]


def test_brackets_of_a_key_match_no_other_file() -> None:
    assert guarded("keys/p.pub", keys="'keys/[prod].pub'") == []
    assert guarded("keys/other.pub", keys="keys/release.pub") == []


@pytest.mark.parametrize(
    ("state", "told"), [("A", "is new"), ("M", "has other bytes"), ("D", "was removed"), ("T", "is of another kind now"), ("X", "changed")]
)
def test_what_became_of_it_is_told(state: str, told: str) -> None:
    assert guarded("CODEOWNERS", state=state) == [f"CODEOWNERS {told}: it says whom GitHub asks for a review"]


def test_a_policy_of_an_overlay_counts() -> None:
    overlay = POLICY.replace("environments: [staging], ", "")
    bare = POLICY.replace("require: {approvals: {count: 1}}", "forbid: {pii: features}")
    base: Files = {**BASE, "specs/policy.yaml": bare, "environments/staging/overlays/policy.yaml": overlay}
    assert len(list(asks_of_guards(Change(at(base), at(base), {"CODEOWNERS": "M"})))) == 1
