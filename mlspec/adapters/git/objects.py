"""Objects by their names: ids, or what `commit:path` names. One process of Git answers for all names that are asked at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mlspec.adapters.git.run import answers
from mlspec.diagnostics import problem


class _Object(NamedTuple):
    id: str
    kind: bytes
    content: bytes
    """Empty where only the head was asked for."""


def find_ids(root: Path, names: Sequence[str]) -> list[str | None]:
    """The id of the object behind each name; None where there is none."""
    found = _ask(root, "--batch-check", names)
    return [there.id if (there := found.get(name)) else None for name in names]


def read_files(root: Path, names: Sequence[str]) -> list[bytes | None]:
    """The bytes behind each name; None where there is nothing, or no file. A link has for bytes the path that it leads to."""
    found = _ask(root, "--batch", names)
    return [there.content if (there := found.get(name)) and there.kind == b"blob" else None for name in names]


def read_blobs(root: Path, ids: Sequence[str]) -> list[bytes]:
    """The bytes of each blob, by ids that Git named. Raises MLS0959 for one that is missing."""
    found = read_files(root, ids)
    lost = next((i for i, content in zip(ids, found, strict=True) if content is None), None)
    if lost is not None:
        raise problem("MLS0959", f"the file {lost} is missing in this clone", help="`git fsck` says what else is; clone it anew")
    return [content for content in found if content is not None]


def _ask(root: Path, way: Literal["--batch", "--batch-check"], names: Sequence[str]) -> dict[str, _Object]:
    """{name: object} of those that are there."""
    asked = [name for name in dict.fromkeys(names) if _can_be_asked(name)]
    if not asked:
        return {}
    out = answers(root, ["cat-file", "--buffer", way], asked)
    found: dict[str, _Object] = {}
    at = 0
    for name in asked:
        end = out.index(b"\n", at)
        head = out[at:end].rsplit(b" ", 2)
        at = end + 1
        if len(head) != 3 or not head[2].isdigit():  # "NAME missing", "NAME ambiguous": a name may hold blanks
            continue
        size = int(head[2])
        found[name] = _Object(head[0].decode(), head[1], out[at : at + size] if way == "--batch" else b"")
        at += size + 1 if way == "--batch" else 0
    return found


def _can_be_asked(name: str) -> bool:
    """Git takes a name a line, and leaves out a carriage return at its end: records may say any text is their commit, and locks any path.

    What is no line would be asked as something else, and each answer taken for the next one's. A path that begins with dots is for Git one
    from the folder that it runs in, and an error where that leads out.
    """
    return not ("\n" in name or "\0" in name or name.endswith("\r") or name.partition(":")[2].startswith(("./", "../")))
