"""Objects by names such as `commit:path`: one process of Git for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git


def exist(repository: Repository, names: Mapping[str, str]) -> dict[str, bool]:
    """Whether there is an object by each name, such as `commit:path`."""
    asked = "".join(f"{_whole(name)}\n" for name in names.values()).encode()
    lines = git(repository.root, "cat-file", "--batch-check", stdin=asked).out.decode("utf-8", "replace").splitlines()
    return {key: not line.endswith(" missing") for key, line in zip(names, lines, strict=True)}


def read_names(repository: Repository, names: Sequence[str]) -> list[bytes | None]:
    """The bytes behind each name; None where there is nothing, or no file."""
    if not names:
        return []
    out = git(repository.root, "cat-file", "--batch", stdin="".join(f"{_whole(n)}\n" for n in names).encode()).out
    found: list[bytes | None] = []
    at = 0
    for _ in names:
        end = out.index(b"\n", at)
        head = out[at:end].rsplit(b" ", 2)
        at = end + 1
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            found.append(out[at : at + size] if head[1] == b"blob" else None)
            at += size + 1
        else:
            found.append(None)
    return found


def _whole(name: str) -> str:
    """A record may say any text is its commit, and a lock that any path is its file. What can be no name is none.

    More lines would be answered as more names, and each answer taken for the next one's. A path that begins with dots is for Git one from
    the folder that it runs in, and an error where that leads out.
    """
    return "" if "\n" in name or name.partition(":")[2].startswith(("./", "../")) else name
