"""Brings a commit that somebody else signed into this clone, from what signed it: the same bytes, so the same id."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git, run_git


@dataclass(frozen=True, slots=True)
class Content:
    """What a commit says: its tree, its parents, its message. Who and when is left out."""

    tree: str
    parents: tuple[str, ...]
    message: str


def is_signed(repository: Repository, commit: str) -> bool:
    """Whether a commit carries a signature, whoever's it is."""
    return any(line.startswith("gpgsig") for line in _raw(repository.root, commit).partition("\n\n")[0].splitlines())


def content_of_commit(repository: Repository, commit: str) -> Content:
    """What a commit says. Line ends at the end of a message say nothing."""
    head, _, message = _raw(repository.root, commit).partition("\n\n")
    rows = [line.split(" ", 1) for line in head.splitlines()]
    parents = tuple(value for key, value in rows if key == "parent")
    return Content(next(value for key, value in rows if key == "tree"), parents, message.rstrip("\n"))


def bring_signed(repository: Repository, commit: str, payload: str, signature: str) -> bool:
    """Whether the commit of this id is here now. `payload`: the object without its signature.

    Programs end a signature with a line end, with an empty line, or with nothing: the id says which it was.
    """
    bare = signature.rstrip("\n")
    for form in (signature, bare, f"{bare}\n", f"{bare}\n\n"):
        content = _with_signature(payload, form).encode()
        if run_git(repository.root, ["hash-object", "-t", "commit", "--stdin"], stdin=content).text == commit:
            git(repository.root, "hash-object", "-t", "commit", "-w", "--stdin", stdin=content)
            return True
    return False


def _with_signature(payload: str, signature: str) -> str:
    """The header stands after the others, each line of it but the first behind a blank."""
    head, blank, message = payload.partition("\n\n")
    return head + "\ngpgsig " + signature.replace("\n", "\n ") + blank + message


def _raw(root: Path, commit: str) -> str:
    return run_git(root, ["cat-file", "commit", commit]).out.decode("utf-8", "surrogateescape")
