"""What must stay: the contents that files of Git, and files that are not in it yet, name.

Contents are found by their look (32 hexadecimal digits) and not by the form of the file: one too many is kept rather than one lost, also
where a merge left its marks in a file or a later DVC writes it otherwise.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from mlspec.adapters.git.everything import Ref, staged, under_way, worktrees
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import CLAIMS, LOCAL, REGISTRY, lock_of, model_folder
from mlspec.setup.gc.versions import Version, version_files, versions_ever

CONTENT = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?:\.dir)?(?![0-9a-f])")
_DIGEST = re.compile(rb"sha256:([0-9a-f]{64})")
_OUTPUT = re.compile(rb"\bmd5:\s*['\"]?([0-9a-f]{32}(?:\.dir)?)\b")
_SKIPPED = frozenset((".git", LOCAL, "node_modules", "__pycache__"))
_MARKED = re.compile(r"refs/tags/(?P<model>[^@#/]+)[@#][^/]+")
"""Tags that `mlspec tag` and GTO write: they are of one model, and what stood beside it at that commit is not meant."""


def named_in(content: bytes) -> set[str]:
    """Everything in a file that may be DVC's name of an object."""
    return {found.decode() for found in CONTENT.findall(content)}


class Needs:
    """`why`: {name of a content: the first reason why it is needed}.

    `recorded`: those that records name as outputs of versions; `digests`: every sha256 that a file names, as servers name models.
    """

    def __init__(self) -> None:
        self.why: dict[str, str] = {}
        self.recorded: set[str] = set()
        self.digests: set[str] = set()

    def add(self, why: str, contents: Iterable[bytes]) -> None:
        """Whatever these files name is needed."""
        for content in contents:
            self.names(why, named_in(content))
            self.digests |= {found.decode() for found in _DIGEST.findall(content)}

    def names(self, why: str, oids: Iterable[str]) -> None:
        """These are needed."""
        for oid in oids:
            self.why.setdefault(oid, why)


def gather(repository: Repository, refs: Iterable[Ref], needs: Needs, cache: Path | None = None) -> None:
    """Add what a repository needs: versions and claims ever recorded, every ref, and all of its worktrees as they are.

    `cache`: a folder of objects; what a link in a worktree leads to there stays. Raises MLS0959 for a worktree that is not there.
    """
    known = list(refs)
    recorded = versions_ever(repository, sorted({ref.commit for ref in known}))
    needs.add("recorded versions and claims", recorded.contents)
    needs.recorded |= {found.decode() for content in recorded.contents for found in _OUTPUT.findall(content)}
    marked = _marked(repository, known)
    needs.add("recorded versions and claims", version_files(repository, {*recorded.versions, *marked.values()}))
    for place in worktrees(repository.root):
        _of_worktree(Repository(place), needs, cache)
    _of_commits(repository, {ref.commit: _told(ref.name) for ref in reversed(known) if ref not in marked}, needs)


def _marked(repository: Repository, refs: Iterable[Ref]) -> dict[Ref, Version]:
    """Tags of a model's that had a lock at that commit. Any other tag that looks like one is somebody's mark of all that stood there."""
    looks = {ref: Version(match["model"], ref.commit) for ref in refs if (match := _MARKED.fullmatch(ref.name))}
    there = repository.exist([f"{version.commit}:{lock_of(model_folder(version.model))}" for version in looks.values()])
    return {ref: version for (ref, version), exists in zip(looks.items(), there, strict=True) if exists}


def _told(name: str) -> str:
    """A ref as people say it."""
    return name.removeprefix("refs/heads/").removeprefix("refs/remotes/").removeprefix("refs/")


def _of_worktree(tree: Repository, needs: Needs, cache: Path | None) -> None:
    files = [blob for path, blob in staged(tree.root) if _says_contents(path)]
    needs.add("the workspace", tree.contents(files))
    for path in _walk(tree.root):
        if path.is_symlink():
            needs.names("the workspace", _linked(path, cache))
        elif _says_contents(path.relative_to(tree.root).as_posix()) and path.is_file():
            needs.add("the workspace", [path.read_bytes()])
    _of_commits(tree, {ref.commit: f"what is checked out ({ref.name})" for ref in reversed(under_way(tree.root))}, needs)


def _walk(root: Path) -> Iterator[Path]:
    """Every file of a worktree, and every link. Of `.dvc` the cache is left out, which is not told by its name: it is none of Git's."""
    for here, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED and not (here == str(root) and name == ".dvc")]
        yield from (Path(here) / name for name in (*files, *(f for f in folders if (Path(here) / f).is_symlink())))


def _linked(path: Path, cache: Path | None) -> set[str]:
    """The object that a link leads to, where DVC links the workspace to its cache."""
    try:
        target = path.resolve()
    except (OSError, RuntimeError):  # it leads to itself
        return set()
    return {"".join(target.parts[-2:])} if cache is not None and target.is_relative_to(cache) else set()


def _says_contents(path: str) -> bool:
    """Whether a file of Git's names objects of DVC's: its locks and `.dvc` files, and our records and claims."""
    pure = PurePosixPath(path)
    return pure.name == "dvc.lock" or pure.suffix == ".dvc" or pure.parts[0] in (REGISTRY, CLAIMS)


def _of_commits(repository: Repository, commits: Mapping[str, str], needs: Needs) -> None:
    """Add what the files at commits name. Many commits share most files: each content is read once."""
    blobs: dict[str, str] = {}
    for commit, name in commits.items():
        for path, blob in repository.blobs(commit, ["."]).items():
            if _says_contents(path):
                blobs.setdefault(blob, name)
    for (_, name), content in zip(blobs.items(), repository.contents(list(blobs)), strict=True):
        needs.add(name, [content])
