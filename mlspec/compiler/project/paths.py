"""Paths from a generated folder back to the repository's root."""

from __future__ import annotations


def up(folder: str) -> str:
    """`pipelines/data/x` -> `../../../`: what to put before a root-relative path inside that folder."""
    return "../" * len(folder.split("/"))


def relative(path: str, folder: str) -> str:
    """A root-relative path as seen from `folder` (both POSIX)."""
    own, there = folder.split("/"), path.split("/")
    common = 0
    if path.startswith(f"{folder}/"):
        return path[len(folder) + 1 :]
    while common < min(len(own), len(there) - 1) and own[common] == there[common]:
        common += 1
    return "../" * (len(own) - common) + "/".join(there[common:])
