"""What decides about approvals and stands beside the specs, changed in an ordinary pull request: a second owner must agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.approval_world import POLICY, Approvals, approval_world
from support.cli import git
from support.promotion_world import World, commit, replace
from support.signing_keys import PUBLIC, SIGNING, pair

pytestmark = pytest.mark.e2e
BESIDE = [".github/CODEOWNERS", "CODEOWNERS", ".github/workflows/mlspec-ci.yml", ".github/Workflows/MLSPEC-CI.yml", ".dvc/config"]


@pytest.fixture
def trusting(waiting: World) -> Iterator[Approvals]:
    """main trusts `keys/release.pub`; no Policy asks for approvals. ben owns the project."""
    (waiting.root / "keys").mkdir()
    (waiting.root / PUBLIC).write_bytes(pair().public)
    replace(waiting.root, "mlspec.yaml", "  seed: 7\n", f"  seed: 7\n{SIGNING}")
    replace(waiting.root, "mlspec.yaml", "metadata: {name: shop}", 'metadata: {name: shop, owner: "@ben"}')
    commit(waiting.root, "Trust a key")
    with approval_world(waiting, None) as made:
        yield made


def open_change(world: Approvals, files: dict[str, str | None], branch: str = "beside", author: str = "mallory") -> None:
    """A pull request of the author's that touches these files."""
    git(world.checkout("main"), "push", "--quiet", "origin", f"main:{branch}")
    world.github.open(branch, author)
    world.commit(branch, files, author)


def test_other_bytes_of_a_trusted_key(trusting: Approvals) -> None:
    open_change(trusting, {PUBLIC: pair().public.decode()})
    trusting.refused("MLS0752", f"{PUBLIC} has other bytes: its key's signatures count", pull=2)
    trusting.github.review(2, "mallory")
    trusting.github.review(2, "carl")
    trusting.refused("MLS0752", "carl: stands not behind @ben", pull=2)
    trusting.github.review(2, "ben")
    trusting.passes(pull=2)


def test_a_file_beside_the_key(trusting: Approvals) -> None:
    open_change(trusting, {"keys/README.md": "x", **dict.fromkeys(BESIDE[:1], "* @mallory\n")})
    assert trusting.passes(pull=2).out == "no approvals are asked\n"


def test_where_approvals_are_asked_what_asks_for_them_is_guarded(waiting: World) -> None:
    with approval_world(waiting, POLICY % (1, "")) as asked:
        open_change(asked, dict.fromkeys(BESIDE, "# mine\n"))
        done = asked.check(pull=2)
        assert [path for path in BESIDE if f"{path} " not in done.text] == [], done.text
        asked.github.review(2, "mallory")
        asked.refused("MLS0752", "Nobody else approved #2", pull=2)
        asked.github.review(2, "carl")
        asked.passes(pull=2)
