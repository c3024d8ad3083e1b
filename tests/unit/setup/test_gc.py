"""What `mlspec gc` keeps, deletes and refuses: real Git, real DVC stores, by histories that are written down while they are made."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.cli import environment, git
from support.gc_world import LOCKS, GcWorld, age
from support.github_server import TOKEN, GitHubServer
from support.moto_s3 import client, moto_server

from mlspec.adapters.dvc import objects, store
from mlspec.adapters.dvc.objects import Stored
from mlspec.adapters.github.create_pull import open_pull_request
from mlspec.diagnostics import Problems
from mlspec.setup.gc import known
from mlspec.setup.gc.gc import Collected, GcRequest, collect
from mlspec.setup.gc.plan import PART, YOUNG, split
from mlspec.setup.gc.report import as_form, as_lines, size


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def world(tmp_path: Path) -> GcWorld:
    return GcWorld(tmp_path).start()


def gc(world: GcWorld, **asked: object) -> Collected:
    return collect(world.root, GcRequest(**{"delete": True, "alone": True} | asked), lambda _: None)  # type: ignore[arg-type]


def refused(world: GcWorld, code: str, *words: str, **asked: object) -> None:
    before = world.objects(world.cache), world.objects(world.storage)
    with pytest.raises(Problems) as raised:
        gc(world, **asked)
    found = raised.value.diagnostics[0]
    assert found.code == code
    assert all(word in f"{found.message} {found.help}" for word in words), found
    assert (world.objects(world.cache), world.objects(world.storage)) == before


def test_first_it_is_only_told(world: GcWorld) -> None:
    old = world.here
    world.train()
    world.commit()
    world.push()
    before = world.objects(world.cache)
    found = gc(world, delete=False)
    assert world.objects(world.cache) == before
    goes = {o.oid for o in found.places[0].split.goes}
    assert goes == set(old) - set(world.here)
    text = "\n".join(as_lines(found))
    assert all(oid in text for oid in goes)
    assert "Again with --yes" in text
    assert {o["object"] for o in as_form(found)["places"][0]["goes"]} == goes


def test_the_cache_alone_or_the_remote_too(world: GcWorld) -> None:
    world.train()
    world.commit()
    world.push()
    everything = world.objects(world.storage)
    gc(world)
    assert world.objects(world.cache) == world.here
    assert world.objects(world.storage) == everything
    gc(world, remote=True)
    assert world.objects(world.storage) == world.here


def test_what_is_young_stays_and_its_folder_stays_whole(world: GcWorld) -> None:
    """DVC takes a listing on a remote to mean that its files are there, and pushes none of them."""
    old = world.here
    world.train()
    world.commit()
    world.push()
    listing = next(oid for oid in old if oid.endswith(".dir"))
    for place in (world.cache, world.storage):
        os.utime(place / listing[:2] / listing[2:])
    gc(world, remote=True, keep_days=1)
    model = {oid for oid, content in old.items() if not content.startswith(b"rows")}
    assert set(world.objects(world.storage)) == set(world.here) | model
    os.utime(world.storage / listing[:2] / listing[2:], (1, 1))
    gc(world, remote=True, keep_days=1)
    assert world.objects(world.storage) == world.here


@pytest.mark.parametrize("kept_by", ["branch", "remote branch", "detached", "worktree", "stash", "tag", "staged", "edited", "index only"])
def test_what_somebody_may_go_back_to_stays(world: GcWorld, kept_by: str) -> None:
    home, root = world.head, world.root
    git(root, "switch", "-q", "-c", "other")
    world.train()
    kept = dict(world.here)
    if kept_by in ("stash", "staged", "edited", "index only"):
        if kept_by == "index only":
            git(root, "add", "--all")
            git(root, "restore", "--source=HEAD", "--worktree", ".")
        elif kept_by != "edited":
            git(root, "add", "--all")
        if kept_by == "stash":
            git(root, "stash", "-q")
            world.write("notes.txt", "x")
            git(root, "stash", "-q", "-u")
    else:
        world.commit()
        if kept_by == "remote branch":
            world.push()
        if kept_by == "tag":
            git(root, "tag", "-a", "-m", "x", "tried")
        if kept_by != "branch":
            git(root, "switch", "-q", "--detach" if kept_by == "detached" else "main")
        if kept_by == "worktree":
            git(root, "worktree", "add", "-q", "--detach", "../second", "other")
        if kept_by != "branch":
            git(root, "branch", "-q", "-D", "other") if kept_by != "detached" else git(root, "switch", "-q", "--detach", "other")
    gc(world, remote=True)
    assert kept.items() <= world.objects(world.cache).items(), kept_by
    assert kept.items() <= world.objects(world.storage).items()
    assert home


def test_a_branch_that_is_gone_frees_its_outputs(world: GcWorld) -> None:
    kept = dict(world.here)
    git(world.root, "switch", "-q", "-c", "trial")
    world.train()
    world.commit()
    git(world.root, "switch", "-q", "main")
    git(world.root, "branch", "-q", "-D", "trial")
    gc(world)
    assert world.objects(world.cache) == kept


def test_what_a_tag_of_a_version_stands_beside_is_not_meant(world: GcWorld) -> None:
    """GTO's tags are of one model: another one's outputs at that commit may go."""
    world.write("pipelines/models/other/dvc.lock", (world.root / "pipelines/models/demand/dvc.lock").read_text())
    other = world.put(b"another model")
    lock = world.root / "pipelines/models/other/dvc.lock"
    lock.write_text(lock.read_text().replace(next(o for o in world.here if o.endswith(".dir")), other))
    kept = dict(world.here)
    world.commit()
    git(world.root, "tag", "demand@v1.0.0")
    world.train()
    lock.unlink()
    world.commit()
    world.push()
    gc(world)
    assert world.objects(world.cache) == kept | world.here


def test_a_tag_that_only_looks_like_a_version_s_keeps_all_that_stood_there(world: GcWorld) -> None:
    kept = dict(world.here)
    git(world.root, "tag", "release@2024")
    world.train()
    world.commit()
    world.push()
    gc(world)
    assert kept.items() <= world.objects(world.cache).items()


def test_of_pull_requests_the_open_ones_count_where_github_says_which(world: GcWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    other = world.clone("other")
    for number in (1, 2):
        git(other, "commit", "-q", "--allow-empty", "-m", f"{number}")
        git(other, "push", "-q", "origin", f"HEAD:refs/pull/{number}/head")
    monkeypatch.setattr(known, "remote_slug", lambda url: "ada/shop")  # the server beside it is a folder
    with GitHubServer("ada/shop", branches={"main", "one", "two"}) as github:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        for branch in ("one", "two"):
            open_pull_request("ada/shop", head=branch, base="main", title=branch, body="x")
        github.pulls[0]["state"] = "closed"
        github.pulls[1]["head"]["sha"] = git(other, "rev-parse", "HEAD").strip()
        refused(world, "MLS0975", "`#2`", "refs/pull/*/head")
        github.pulls[1]["head"]["sha"] = world.head
        gc(world)
        github.fault(403, times=None)
        refused(world, "MLS0975", "pull-requests: read")
        assert github.violations == []


def test_versions_stay_for_good_whatever_became_of_their_commits(world: GcWorld) -> None:
    """A branch that was squashed leaves a record whose commit nobody has; a record that was deleted was one, too."""
    git(world.root, "switch", "-q", "-c", "work")
    world.train()
    gone = world.commit()
    world.register(gone)
    world.commit()
    git(world.root, "switch", "-q", "main")
    git(world.root, "merge", "-q", "--squash", "work")
    world.commit("Squashed")
    git(world.root, "branch", "-q", "-D", "work")
    git(world.root, "reflog", "expire", "--expire=now", "--all")
    git(world.root, "gc", "-q", "--prune=now")
    world.train()
    (world.root / "registry/demand/v1.0.0.yaml").unlink()
    world.commit()
    world.push()
    gc(world, remote=True)
    assert world.versions[0].items() <= world.objects(world.cache).items()
    assert world.versions[0].items() <= world.objects(world.storage).items()


def test_a_version_keeps_what_it_was_made_from(world: GcWorld) -> None:
    """Also outputs that its model never read, of a source that it was made from; another model's of that day may go."""
    raw, other = world.put(b"raw rows"), world.put(b"another model")
    for path, oid in ((LOCKS["sales"], raw), ("pipelines/models/other/dvc.lock", other)):
        text = (world.root / LOCKS["sales"]).read_text()
        world.write(path, f"{text}    - path: raw.parquet\n      hash: md5\n      md5: {oid}\n")
    world.commit()
    world.register()
    world.commit()
    (world.root / "pipelines/models/other/dvc.lock").unlink()
    world.train()
    world.commit()
    world.push()
    gc(world)
    assert world.objects(world.cache) == world.here | world.versions[0] | {raw: b"raw rows"}


def test_dead_runs_and_old_copies_go_too(world: GcWorld) -> None:
    old, runs = next(o for o in world.here if o.endswith(".dir")), world.root / ".dvc/cache/runs/ab" / ("ab" * 32)
    for name, oid in (("c" * 64, old), ("d" * 64, "")):
        world.train()
        world.write(f"{runs.relative_to(world.root)}/{name}", f"cmd: x\nouts:\n- path: model\n  md5: {oid or min(world.here)}\n")
    world.commit()
    copies = world.root / ".mlspec/cache/artifacts"
    for oid in (old, next(o for o in world.here if o.endswith(".dir")), "mine"):
        world.write(f".mlspec/cache/artifacts/{oid}/model/a", "x")
        age(copies / oid)
    world.push()
    found = gc(world)
    assert [path.name for path in runs.iterdir()] == ["d" * 64]
    assert {path.name for path in copies.iterdir()} == {"mine", *(o for o in world.here if o.endswith(".dir"))}
    assert "2 leftovers" in "\n".join(as_lines(found))


def test_a_shallow_clone_is_refused(world: GcWorld) -> None:
    world.commit()
    world.push()
    shallow = GcWorld(world.home)
    world.clone("shallow", "--depth", "1")
    with pytest.raises(Problems, match="MLS0953"):
        collect(shallow.home / "shallow", GcRequest(alone=True), lambda _: None)


def test_a_branch_that_only_the_remote_has_is_refused(world: GcWorld) -> None:
    other = world.clone("other")
    git(other, "switch", "-q", "-c", "theirs")
    git(other, "commit", "-q", "--allow-empty", "-m", "Theirs")
    git(other, "push", "-q", "origin", "theirs")
    refused(world, "MLS0975", "`theirs`", "git fetch")
    git(world.root, "fetch", "-q", "origin")
    gc(world)


def test_pull_requests_that_are_not_here_are_refused(world: GcWorld) -> None:
    other = world.clone("other")
    git(other, "commit", "-q", "--allow-empty", "-m", "A fork's")
    git(other, "push", "-q", "origin", "HEAD:refs/pull/7/head")
    refused(world, "MLS0975", "1 pull request", "GITHUB_TOKEN", "refs/pull/*/head")
    git(world.root, "fetch", "-q", "origin", "+refs/pull/*/head:refs/remotes/origin/pull/*")
    gc(world)


def test_a_remote_that_does_not_answer_is_refused(world: GcWorld) -> None:
    (world.home / "remote.git").rename(world.home / "away.git")
    refused(world, "MLS0960", "origin")


def test_a_push_meanwhile_is_refused(world: GcWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.train()
    world.commit()
    world.push()
    looked = objects.listed

    def listed(place: object) -> list[Stored]:
        git(world.root, "push", "-q", "-f", "origin", "HEAD~1:refs/heads/back")
        return looked(place)

    monkeypatch.setattr(objects, "listed", listed)
    refused(world, "MLS0976", remote=True)


def test_dvc_at_work_is_refused(world: GcWorld) -> None:
    from dvc.repo import Repo

    with Repo(str(world.root)) as repo, repo.lock:
        refused(world, "MLS0974")


def test_an_age_that_is_too_short_is_refused(world: GcWorld) -> None:
    refused(world, "MLS0978", remote=True, keep_days=0)
    refused(world, "MLS0978", keep_days=float("nan"))
    refused(world, "MLS0978", keep_days=-1)


def test_a_store_that_others_may_use_wants_them_named(tmp_path: Path) -> None:
    """With a cache in common, what the other project needs stays; without a word on who shares it, nothing is done."""
    shared = "[cache]\n    dir = ../../cache\n"
    one, other = GcWorld(tmp_path / "one"), GcWorld(tmp_path / "other")
    for world in (one, other):
        world.home.mkdir()
        world.start(more=shared.replace("../../cache", "../../../cache"))
    shutil.rmtree(one.cache.parents[1])
    place = tmp_path / "cache/files/md5"
    for oid, content in (one.here | {"1" * 32: b"garbage"}).items():
        (place / oid[:2]).mkdir(parents=True, exist_ok=True)
        (place / oid[:2] / oid[2:]).write_bytes(content)
        age(place / oid[:2] / oid[2:])
    other.train()
    for oid, content in other.here.items():
        (place / oid[:2]).mkdir(parents=True, exist_ok=True)
        (place / oid[:2] / oid[2:]).write_bytes(content)
        age(place / oid[:2] / oid[2:])
    with pytest.raises(Problems, match="MLS0977"):
        collect(one.root, GcRequest(), lambda _: None)
    with pytest.raises(Problems, match="MLS0977"):
        collect(other.root, GcRequest(delete=True, remote=True), lambda _: None)
    collect(one.root, GcRequest(delete=True, shared_with=(other.root,)), lambda _: None)
    assert one.objects(place) == one.here | other.here


def test_a_folder_s_listing_goes_before_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr(Path, "unlink", lambda self, missing_ok=False: gone.append(self.name))

    place = SimpleNamespace(fs=SimpleNamespace(protocol="local"))
    objects.delete(place, [Stored(o, f"/x/{o}", 1, 0.0) for o in ("0" * 32, "f" * 32 + ".dir", "a" * 32)])
    assert gone == ["f" * 32 + ".dir", "0" * 32, "a" * 32]


def test_the_decision_is_by_need_then_age() -> None:
    there = [Stored(o, o, 1, when) for o, when in (("a", 0.0), ("b", 99.9e5), ("c.dir", 99.9e5), ("d", 0.0), ("e", None), ("f", 0.0))]
    found = split(there, {"a": "main"}, 1, 100e5, {"c.dir": ["d"]}.__getitem__)
    assert [o.oid for o in found.goes] == ["f"]
    assert [why for _, why in found.stays] == ["main", YOUNG, YOUNG, PART, "of unknown age"]


def test_bytes_are_told_in_their_units() -> None:
    assert [size(n) for n in (0, 999, 1000, 2_500_000, 10**13)] == ["0 B", "999 B", "1.0 kB", "2.5 MB", "10.0 TB"]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with moto_server() as url:
        yield url


def test_an_s3_remote(tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "admin")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = client("s3", s3)
    bucket.create_bucket(Bucket="objects")
    world = GcWorld(tmp_path).start("s3://objects/store", f"    endpointurl = {s3}\n")
    world.train()
    world.commit()
    world.push()
    for oid, content in world.objects(world.cache).items():
        bucket.put_object(Bucket="objects", Key=f"store/files/md5/{oid[:2]}/{oid[2:]}", Body=content)
    bucket.put_object(Bucket="objects", Key="store/files/md5/README", Body=b"somebody's")
    everything = _keys(bucket)
    assert YOUNG in {why for _, why in gc(world, remote=True).places[1].split.stays}
    assert _keys(bucket) == everything
    gc(world, remote=True, now=time.time() + 40 * 86400)
    assert {key.removeprefix("store/files/md5/").replace("/", "") for key in _keys(bucket)} == set(world.here) | {"README"}


def _keys(bucket: object) -> list[str]:
    return [row["Key"] for row in bucket.list_objects_v2(Bucket="objects")["Contents"]]  # type: ignore[attr-defined]


STEPS = st.lists(
    st.sampled_from(("train", "train model", "commit", "register", "branch", "back", "merge", "squash", "drop", "push", "tag")),
    min_size=4,
    max_size=16,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.booleans())
@example(["branch", "train", "merge", "train", "register", "branch", "train model", "register", "squash", "train", "commit", "push"], True)
@example(["register", "branch", "train", "commit", "train", "back", "drop", "train model", "register", "branch", "train", "drop"], False)
def test_after_any_history_every_version_and_branch_can_be_checked_out(steps: list[str], remote: bool) -> None:
    """Byte for byte, from the place that was cleaned alone; and what no step left a way back to is gone."""
    with tempfile.TemporaryDirectory() as home:
        world = GcWorld(Path(home)).start()
        for step in steps:
            take(world, step)
        wanted = expected(world)
        gc(world, remote=remote)
        for name, place in _places(world, remote):
            there = world.objects(place)
            for outputs in [*world.versions, *wanted]:
                assert outputs.items() <= there.items(), name
            assert set(there) == {oid for outputs in [*world.versions, *wanted] for oid in outputs}, name
        _restored(world)


def _places(world: GcWorld, remote: bool) -> list[tuple[str, Path]]:
    return [("cache", world.cache), *([("remote", world.storage)] if remote else [])]


def _restored(world: GcWorld) -> None:
    """DVC itself brings every version back, from the cache alone."""
    for number, outputs in enumerate(world.versions):
        oid = next(o for o in outputs if o.endswith(".dir"))
        into = world.home / f"restored-{number}"
        assert store.restore(world.root, [({"md5": oid, "path": "model"}, into)]) == [into]
        assert {p.read_bytes() for p in into.iterdir()} == {c for o, c in outputs.items() if not o.endswith(".dir") and c[:4] != b"rows"}


def take(world: GcWorld, step: str) -> None:
    """A step of a person's; what makes no sense where the world stands is left out."""
    root = world.root
    branch = git(root, "branch", "--show-current").strip()
    if step in ("train", "train model"):
        world.train(new_rows=step == "train")
    elif step == "commit":
        world.commit()
    elif step == "register":
        world.commit()
        world.register()
        world.commit("Register")
    elif step == "branch" and branch == "main":
        world.commit()
        git(root, "switch", "-q", "-c", f"work-{world.made}-{len(git(root, 'log', '--oneline').splitlines())}")
    elif step == "back" and branch != "main":
        world.commit()
        _switch(world, "main")
    elif step in ("merge", "squash") and branch != "main":
        world.commit()
        theirs = dict(world.here)
        _switch(world, "main")
        words = ["--no-ff", "-m", "Merge"] if step == "merge" else ["--squash"]
        git(root, "merge", "-q", "-X", "theirs", *words, branch)
        world.commit()
        world.here = theirs
        git(root, "branch", "-q", "-D", branch)
    elif step == "drop" and branch != "main":
        git(root, "stash", "-q", "-u")
        git(root, "stash", "drop", "-q") if git(root, "stash", "list") else None
        _switch(world, "main")
    elif step == "push":
        world.push("-f", "origin", "HEAD")
    elif step == "tag":
        git(root, "tag", "-f", "demand@v0.0.1")


def _switch(world: GcWorld, branch: str) -> None:
    git(world.root, "switch", "-q", branch)
    world.look()


def expected(world: GcWorld) -> list[dict[str, bytes]]:
    """What the workspace, its index, each branch and an undone merge name, read one by one; a tag of a version names that version's."""
    refs = git(world.root, "for-each-ref", "--format=%(objectname)").split()
    if (world.root / ".git/ORIG_HEAD").exists():
        refs.append(git(world.root, "rev-parse", "ORIG_HEAD").strip())
    index = world.named([git(world.root, "show", f":{path}") for path in LOCKS.values()])
    return [world.here, index, *(world.named_at(commit) for commit in {*refs, world.head})]
