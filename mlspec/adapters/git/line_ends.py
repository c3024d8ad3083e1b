"""Line ends: files that have others than were committed, and which setting, or line of which file, makes Git rewrite them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import fit, git

_ATTRIBUTES = ("text", "eol", "ident", "filter", "working-tree-encoding")


def rewritten(repository: Repository, commit: str, files: Mapping[str, bytes]) -> list[str]:
    """The paths whose content in the working tree ({path: bytes}) is a commit's but for its line ends."""
    suspects = {path: content for path, content in files.items() if b"\r\n" in content}
    kept = repository.show_all(commit, list(suspects))
    return [p for p, c in suspects.items() if p in kept and kept[p] != c and kept[p].replace(b"\r\n", b"\n") == c.replace(b"\r\n", b"\n")]


def differing(repository: Repository, paths: Sequence[str]) -> list[str]:
    """The tracked files among `paths` whose line ends in the index are others than in the working tree, sorted."""
    wanted, found = frozenset(paths), []
    for row in git(repository.root, "ls-files", "--eol", "-z", "--", *(paths if fit(paths) else ())).text.split("\0"):
        state, _, path = row.partition("\t")
        index, tree = [*state.split(), "", ""][:2]
        if path in wanted and tree not in ("w/", "w/none") and index.removeprefix("i/") != tree.removeprefix("w/"):
            found.append(path)
    return sorted(found)


def attributes(repository: Repository, paths: Sequence[str]) -> dict[str, dict[str, str]]:
    """{path: {attribute: value}} of what may rewrite a file at a checkout; `set`, `unset` and `unspecified` are values too."""
    asked = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    out = git(repository.root, "check-attr", "-z", "--stdin", *_ATTRIBUTES, stdin=asked).text.split("\0")
    found: dict[str, dict[str, str]] = {}
    for path, name, value in zip(out[::3], out[1::3], out[2::3], strict=False):
        found.setdefault(path, {})[name] = value
    return found


def cause(repository: Repository, path: str) -> str:
    """What rewrites a path at a checkout: `.gitattributes:3 (eol=crlf)`, or `core.autocrlf`."""
    given = {n: v for n, v in attributes(repository, [path]).get(path, {}).items() if v not in ("unspecified", "unset")}
    setting = "core.eol" if repository.setting("core.eol").lower() == "crlf" else "core.autocrlf"
    if given.get("eol") != "crlf" and not set(given) - {"text", "eol"}:
        return setting
    return next((f"{file}:{line} ({words})" for file, line, words in _lines(repository.root, path, given)), setting)


def _lines(root: Path, path: str, given: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """The lines of attributes that match a path and set one of `given`; the strongest first."""
    folders = PurePosixPath(path).parents
    found = []
    for file in [".git/info/attributes", *(str(f / ".gitattributes") for f in folders)]:
        try:
            lines = (root / file).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for number, line in reversed(list(enumerate(lines, 1))):
            pattern, *words = line.split() or [""]
            told = " ".join(w for w in words if w.split("=")[0] in given)
            if told and (fnmatch(path, f"{pattern.lstrip('/')}") or fnmatch(PurePosixPath(path).name, pattern) or pattern.endswith("/**")):
                found.append((file, number, told))
    return found
