"""Reads a requirements file as pip does: pins, markers, hashes; also of the files that it takes in by `-r`, and hashes of `-c`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import urlsplit

_HASH = re.compile(r"\s--hash[= ]\s*([a-z0-9]+):([0-9a-fA-F]+)")
_OPTION = re.compile(r"\s--[a-z].*$")
_FILE = re.compile(r"(-r|-c|--requirement|--constraint)(?:\s+|=)?(.+)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_LOOSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ALLOWED = ("sha256", "sha384", "sha512")
"""The digests that pip takes in `--require-hashes`."""

Include = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Locked:
    """One requirement. `version`: None where it is not pinned, or an address (`url`) of no wheel. `hashes`: (algorithm, hex digest)."""

    name: str
    version: str | None = None
    url: str | None = None
    extras: frozenset[str] = frozenset()
    marker: str | None = None
    hashes: tuple[tuple[str, str], ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether one version, or one file, is meant."""
        return self.version is not None or self.url is not None

    @property
    def hashed(self) -> bool:
        """Whether pip would take its file in `--require-hashes`."""
        return any(algorithm in _ALLOWED for algorithm, _ in self.hashes)

    @property
    def sha256(self) -> tuple[str, ...]:
        """The digests of the files that may be installed, sorted."""
        return tuple(sorted({digest.lower() for algorithm, digest in self.hashes if algorithm == "sha256"}))

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Whether it is installed in an environment of `lock_environment`."""
        return self.marker is None or _holds(self.marker, tuple(sorted(environment.items())))


def read_lock(content: bytes, include: Include = lambda _: None, path: str = "") -> tuple[Locked, ...]:
    """The requirements of a file, in order. A name may stand there several times, with other markers.

    `include` gives the content of a file that `-r` or `-c` names, by its path beside `path`, or None: then it is left out.
    """
    return tuple(_with_hashes(list(_lines(content, include, path, frozenset()))))


def included_files(content: bytes) -> tuple[str, ...]:
    """The files that a requirements file takes in, as they are named there."""
    return tuple(found[2].strip().strip("\"'") for line in _joined(content) if (found := _FILE.fullmatch(line)))


def lock_environment(python: str, *, system: str = "Linux", machine: str = "x86_64") -> dict[str, str]:
    """The markers' environment of a machine, GitHub's Linux runner unless given, with the newest CPython of a version such as `3.11`."""
    platform = {"Linux": ("posix", "linux"), "Darwin": ("posix", "darwin"), "Windows": ("nt", "win32")}[system]
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.99",
        "os_name": platform[0],
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": f"{python}.99",
        "python_version": python,
        "sys_platform": platform[1],
        "extra": "",
    }


def normal_name(name: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


Line = tuple[Locked, bool]
"""A requirement, and whether it only constrains (`-c`)."""


def _lines(content: bytes, include: Include, path: str, above: frozenset[str], *, constrains: bool = False) -> Iterator[Line]:
    for line in _joined(content):
        if named := _FILE.fullmatch(line):
            inner = (PurePosixPath(path).parent / named[2].strip().strip("\"'")).as_posix()
            found = None if inner in above else include(inner)
            if found is not None:
                only = constrains or named[1] in ("-c", "--constraint")
                yield from _lines(found, include, inner, above | {path, inner}, constrains=only)
        elif line and not line.startswith("-") and (one := _requirement(line)):
            yield one, constrains


def _joined(content: bytes) -> Iterator[str]:
    """The lines without comments; those that a backslash ends are one with the next."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\\\r\n", " ").replace("\\\n", " ")
    return (_COMMENT.sub("", raw).strip() for raw in text.splitlines())


def _requirement(line: str) -> Locked | None:
    from packaging.requirements import InvalidRequirement, Requirement

    hashes = tuple((found[1], found[2]) for found in _HASH.finditer(line))
    text = _OPTION.sub("", line)
    try:
        found = Requirement(text)
    except InvalidRequirement:
        name = _LOOSE.match(text)
        return Locked(normal_name(name[0])) if name and "/" not in text and "+" not in text else None
    pins = [s.version for s in found.specifier if s.operator in ("==", "===") and not s.version.endswith(".*")]
    marker = str(found.marker) if found.marker else None
    version = pins[0] if len(found.specifier) == 1 and pins else _of_wheel(found.url)
    return Locked(normal_name(found.name), version, found.url, frozenset(found.extras), marker, hashes)


def _of_wheel(url: str | None) -> str | None:
    """The version in the name of a wheel at an address."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return str(parse_wheel_filename(PurePosixPath(urlsplit(url or "").path).name)[1])
    except (InvalidWheelFilename, ValueError):
        return None


def _with_hashes(lines: list[Line]) -> Iterator[Locked]:
    """Pip 26.3 takes the hashes of a constraint for those of the requirement that it pins."""
    known: dict[tuple[str, str | None], tuple[tuple[str, str], ...]] = {}
    for one, constrains in lines:
        if constrains:
            known[one.name, one.version] = known.get((one.name, one.version), ()) + one.hashes
    pins = {name: version for name, version in known if version is not None}
    for one, constrains in lines:
        if not constrains:
            version = one.version or (None if one.url else pins.get(one.name))
            yield replace(one, version=version, hashes=one.hashes + known.get((one.name, version), ()))


@lru_cache(maxsize=4096)
def _holds(marker: str, environment: tuple[tuple[str, str], ...]) -> bool:
    from packaging.markers import Marker

    return Marker(marker).evaluate(dict(environment))
