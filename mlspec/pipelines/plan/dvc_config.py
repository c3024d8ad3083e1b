"""A person's own `.dvc/config`: it stays as it is, and they are told where it names another storage than the Project does."""

from __future__ import annotations

import configparser
import posixpath

from mlspec.language.yaml.header import is_generated

CONFIG = ".dvc/config"
_SCHEMES = "://"


def other_storage(wanted: bytes, current: bytes) -> str | None:
    """What a config names in place of the storage of `wanted`, the generated one; None where both name the same, or ours stands."""
    if is_generated(current):
        return None
    here, there = _default_url(wanted), _default_url(current)
    if here == there:
        return None
    return f"`{there}`" if there else "no default remote"


def left_alone(wanted: bytes, current: bytes) -> str | None:
    """Why it matters that this file is left alone; None where it does not."""
    other = other_storage(wanted, current)
    if other is None:
        return None
    return (
        f"your own; left alone. It names {other}, so `storage` in mlspec.yaml ({_default_url(wanted)}) is not used: "
        f"name that here as the default remote, write this one under `storage`, or `git rm {CONFIG}` and `mlspec apply`"
    )


def _default_url(content: bytes) -> str | None:
    """The address of `core.remote`, a folder relative to the root; None where there is none, or the file can't be read."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(content.decode("utf-8", "replace"))
        name = parser.get("core", "remote").strip("\"'")
        section = next(s for s in parser.sections() if s.replace("'", "").replace('"', "") == f"remote {name}")
        url = parser.get(section, "url").strip("\"'")
    except (configparser.Error, StopIteration):
        return None
    if _SCHEMES in url or url.startswith("/"):
        return url.rstrip("/")
    return posixpath.normpath(posixpath.join(".dvc", url))
