"""Python, Git, DVC, and what DVC needs for this storage: installed, and of a version that works."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata, util

from mlspec.adapters.git.repository import git_version as version_of
from mlspec.diagnostics import extras
from mlspec.diagnostics.words import some
from mlspec.runtime.linux import landlock_version
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, bad, judge, ok

OLDEST_GIT = (2, 30)
PLUGINS = {"s3": "dvc-s3", "gs": "dvc-gs", "azure": "dvc-azure", "ssh": "dvc-ssh"}
"""Scheme of the storage -> the distribution that DVC needs for it."""


def examine(examined: Examined) -> Iterator[Finding]:
    """One finding a tool."""
    yield judge("tools", "Python", lambda: python(examined))
    yield judge("tools", "Git", lambda: git_version(examined))
    yield judge("tools", "libraries", libraries)
    yield judge("tools", "DVC", dvc_version)
    yield judge("tools", "DVC's YAML parser", yaml_parser)
    yield judge("tools", "DVC's plugin", lambda: plugin(examined))
    yield judge("tools", "fence of user code", fence)


def python(examined: Examined) -> Verdict:
    """Whether this Python is the one that the workflows train with."""
    here, wanted = f"{sys.version_info[0]}.{sys.version_info[1]}", examined.workspace.settings.python
    if here == wanted:
        return ok(f"{here}, as in the workflows")
    what = f"this is Python {here}, and the workflows run {wanted}: what is trained here is not what they would train"
    return bad(what, f'install mlspec with Python {wanted}, or write `python: "{here}"` in mlspec.yaml and run `mlspec apply`')


def git_version(examined: Examined) -> Verdict:
    """Whether Git is there, and new enough."""
    version = version_of(examined.root)
    found = numbers(version)
    if found and found < OLDEST_GIT:
        return bad(f"Git {version} is too old", f"install Git {_dotted(OLDEST_GIT)} or later")
    return ok(version)


def dvc_version() -> Verdict:
    """Whether DVC is there, and new enough."""
    found = installed("dvc")
    if found is None:
        return bad("DVC is not installed beside mlspec", f"{extras.install('local')}, or install the requirements lock")
    if not _fits(found, asked("dvc")):
        return bad(f"DVC {found} is too old", f"`pip install --upgrade '{asked('dvc')}'`")
    return ok(found)


def libraries() -> Verdict:
    """Whether what trains, judges and serves is there, and of the versions that mlspec asks for."""
    missing = [name for module, name in extras.LOCAL.items() if not extras.has(module)]
    if missing:
        return bad(
            f"{some(sorted(missing))} not installed: this is the base, which trains, judges and serves nothing", extras.install("local")
        )
    if wrong := extras.unfit():
        return bad(some(sorted(wrong)), f"{extras.install('local')}, or install the requirements lock")
    return ok("all are there, as mlspec asks for them")


def yaml_parser() -> Verdict:
    """Whether DVC reads YAML by the C parser: two to three times faster, and `ruamel.yaml` alone no longer brings it."""
    if not extras.has("dvc"):
        raise Skipped("DVC is not installed", extras.install("local"))
    if util.find_spec("_ruamel_yaml") is None:
        return bad("DVC reads YAML by the slow parser in Python", "`pip install ruamel.yaml.clib`, and put it into the requirements lock")
    return ok("the C parser is there")


def plugin(examined: Examined) -> Verdict:
    """Whether DVC can speak to this storage."""
    scheme = examined.workspace.settings.storage.scheme
    if not scheme:
        return ok("a folder needs none")
    name = PLUGINS[scheme]
    found = installed(name)
    if found is None:
        return bad(f"{scheme}:// needs {name}, which is not installed", f"`pip install 'mlspec-gitops[{scheme}]'`")
    return ok(f"{name} {found}")


def fence() -> Verdict:
    """Which fence keeps user code to the inputs that it declares. None is a fault of the project."""
    version = landlock_version()
    if version:
        return ok(f"Landlock {version}: the kernel refuses what is not declared")
    return ok("this kernel has no Landlock: user code runs in a folder that holds only what is declared, which libraries can go around")


def installed(distribution: str) -> str | None:
    """The version of a distribution that is installed beside mlspec, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def asked(distribution: str) -> str:
    """A requirement of mlspec's own, as its package declares it: `dvc>=3.66`. Its bare name where mlspec is not installed as a package."""
    return next((f"{one.name}{one.specifier}" for one in extras.declared("local") if one.name == distribution), distribution)


def _fits(version: str, requirement: str) -> bool:
    from packaging.requirements import Requirement

    return Requirement(requirement).specifier.contains(version, prereleases=True)


def numbers(text: str) -> tuple[int, ...]:
    """The first version in a text, as numbers: `git version 2.43.0` -> (2, 43, 0)."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
