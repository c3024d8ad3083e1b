"""Files that a checkout gave other line ends than were committed, and which line of which file made Git do so."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git, run_git

_ASKED = ("text", "eol", "ident", "filter", "working-tree-encoding")


def rewritten(repository: Repository, commit: str, files: Mapping[str, bytes]) -> list[str]:
    """The paths whose content in the working tree ({path: bytes}) is a commit's but for its line ends."""
    suspects = {path: content for path, content in files.items() if b"\r\n" in content}
    kept = repository.show_all(commit, list(suspects))
    return [p for p, c in suspects.items() if p in kept and kept[p] != c and kept[p].replace(b"\r\n", b"\n") == c.replace(b"\r\n", b"\n")]


def cause(root: Path, path: str) -> str:
    """What rewrites a path at a checkout: `.gitattributes:3 (eol=crlf)`, or `core.autocrlf`."""
    out = git(root, "check-attr", "-z", "--stdin", *_ASKED, stdin=f"{path}\0".encode()).text.split("\0")
    given = {name: value for name, value in zip(out[1::3], out[2::3], strict=False) if value not in ("unspecified", "unset")}
    setting = "core.eol" if run_git(root, ["config", "--get", "core.eol"]).text.lower() == "crlf" else "core.autocrlf"
    if given.get("eol") != "crlf" and not set(given) - {"text", "eol"}:
        return setting
    return next((f"{file}:{line} ({words})" for file, line, words in _lines(root, path, given)), setting)


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
