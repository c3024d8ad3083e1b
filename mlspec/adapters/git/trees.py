"""Files and folders as a commit has them: by path, with their bytes, and by a text that stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from mlspec.adapters.git.objects import find_ids, read_blobs, read_files
from mlspec.adapters.git.refs import FULL_ID, Refs
from mlspec.adapters.git.run import fit


class Trees(Refs):
    """What stands at a commit. Regular files only, but where links and modules are asked for by name."""

    __slots__ = ()

    def tree_hashes(self, revision: str, paths: Iterable[str]) -> dict[str, str | None]:
        """{path: id of the tree or blob there at a revision}; None where there is nothing."""
        wanted = list(paths)
        commit, *found = find_ids(self.root, [f"{revision}^{{commit}}", *(f"{revision}:{path.removeprefix('./')}" for path in wanted)])
        if commit is None:
            self.resolve(revision)
        return dict(zip(wanted, found, strict=True))

    def show(self, revision: str, path: str) -> bytes | None:
        """The bytes of a regular file at a revision; None when there is none (or a link, or a folder)."""
        return self.show_all(revision, [path]).get(path)

    def show_all(self, revision: str, paths: Sequence[str]) -> dict[str, bytes]:
        """{path: bytes} of the regular files at or below `paths` at a revision."""
        blobs = self.blobs(revision, paths)
        return dict(zip(blobs, self.contents(list(blobs.values())), strict=True))

    def list_files(self, revision: str, paths: Sequence[str]) -> list[str]:
        """The regular files at or below `paths` at a revision, sorted."""
        return sorted(self.blobs(revision, paths))

    def blobs(self, revision: str, paths: Sequence[str]) -> dict[str, str]:
        """{path: id} of the regular files at or below `paths` at a revision."""
        return {path: meta.split()[2] for path, meta in self._entries(revision, paths, "-r").items() if meta.startswith("100")}

    def odd_entries(self, revision: str, paths: Sequence[str]) -> list[str]:
        """The links and modules at or below `paths` at a revision: what `blobs` passes over."""
        return [path for path, meta in self._entries(revision, paths, "-r").items() if not meta.startswith("100")]

    def entries(self, revision: str, paths: Sequence[str]) -> dict[str, str | None]:
        """{path: `<mode> <kind> <id>`} of files and links; None where neither is. A link that reads like a file is no such file."""
        there = self._entries(revision, paths, "-r")
        return {path: there.get(path) for path in paths}

    def folders(self, revision: str, inside: Sequence[str]) -> list[str]:
        """The folders that stand in the folders `inside`, by their paths."""
        return list(self._entries(revision, [f"{folder.rstrip('/')}/" for folder in inside], "-d"))

    def _entries(self, revision: str, paths: Sequence[str], depth: str) -> dict[str, str]:
        """{path: `<mode> <kind> <id>`} at or below `paths`: a command line has room for so many, so that many are picked out of all."""
        if not paths:
            return {}
        asked = tuple(paths) if fit(paths) or depth != "-r" else ()
        listing = (_of_commit if FULL_ID.fullmatch(revision) else _listed)(self, revision, asked, depth)
        places = frozenset(p.rstrip("/") for p in paths)
        rows = (row.split("\t", 1) for row in listing.split("\0") if row)
        return {path: meta for meta, path in rows if asked or _within(path, places)}

    def contents(self, blobs: Sequence[str]) -> list[bytes]:
        """The bytes of each blob, by one process, by ids that Git named. Raises MLS0959 for one that is missing."""
        return read_blobs(self.root, blobs)

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """The bytes behind names such as `commit:path`, by one process; None where nothing is, or a folder. A link is read as its path."""
        return read_files(self.root, names)

    def exist(self, names: Sequence[str]) -> list[bool]:
        """Whether there is an object by each name, such as `commit:path`."""
        return [found is not None for found in find_ids(self.root, names)]

    def files_with(self, revision: str, text: str, paths: Sequence[str]) -> list[str]:
        """The files at or below `paths` at a revision that have a text in them, as a word of its own."""
        result = self.ask(["grep", "-l", "-z", "-w", "-F", "-e", text], revision, paths=tuple(paths), allowed=(0, 1))
        return [row.partition(":")[2] for row in result.text.split("\0") if row]


def _listed(trees: Refs, revision: str, paths: tuple[str, ...], depth: str) -> str:
    return trees.ask(["ls-tree", depth, "-z", "--full-tree"], revision, paths=paths).text


_of_commit = lru_cache(maxsize=8)(_listed)
"""What a commit holds does not change, and one verb asks for the same folders several times."""


def _within(path: str, places: frozenset[str]) -> bool:
    """Whether a path is one of `places`, or below one."""
    parts = path.split("/")
    return any("/".join(parts[:n]) in places for n in range(1, len(parts) + 1))
