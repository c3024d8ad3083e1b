"""The grammar of GTO 1.10's tag names, read and written without GTO.

| tag | meaning |
|---|---|
| `demand@v1.2.0`, `demand@v1.2.0#3` | the version is registered |
| `demand@v1.2.0!`, `demand@v1.2.0!#4` | ... and no longer is |
| `demand#production`, `demand#production#5` | the version at that commit gets the stage |
| `demand#production!`, `demand#production!#6` | ... and loses it |
| `demand@deprecated`, `demand@created`, each with or without `#7` | the artifact is deprecated; was created |
| `sub/folder=demand@v1.2.0` | the same of an artifact that `sub/folder/dvc.yaml` declares |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Action = Literal["register", "deregister", "assign", "unassign", "deprecate", "create"]

_WORD = r"[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?"
_NUMBER, _IDENTIFIER = r"(?:0|[1-9]\d*)", r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_SEMVER = (
    rf"v{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_TAG = re.compile(
    rf"(?:(?P<folder>[a-zA-Z0-9_./-]+)=)?(?P<name>{_WORD})"
    rf"(?:(?:#(?P<stage>{_WORD})|@(?P<version>{_SEMVER}))(?P<cancel>!?)|@(?P<word>deprecated|created))"
    r"(?:#(?P<number>[0-9]+))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class TagName:
    """What a tag's name says. `number` counts up over all stage tags of an artifact; None where the name has none."""

    action: Action
    model: str
    version: str | None = None
    stage: str | None = None
    number: int | None = None
    folder: str | None = None
    """The folder of the `dvc.yaml` that declares the artifact; None for the root."""


def parse(name: str) -> TagName | None:
    """`demand#production#3` -> what it says; None for a name that is no GTO tag."""
    match = _TAG.fullmatch(name)
    if match is None:
        return None
    cancelled, number = bool(match["cancel"]), match["number"]
    action: Action
    if match["version"]:
        action = "deregister" if cancelled else "register"
    elif match["stage"]:
        action = "unassign" if cancelled else "assign"
    else:
        action = "deprecate" if match["word"] == "deprecated" else "create"
    return TagName(action, match["name"], match["version"], match["stage"], None if number is None else int(number), match["folder"])


def version_tag(model: str, version: str) -> str:
    """`demand@v1.2.0`."""
    return f"{model}@{version}"


def stage_tag(model: str, stage: str, number: int, *, leaves: bool = False) -> str:
    """`demand#production#3`; of a version that leaves the stage, `demand#production!#3`."""
    return f"{model}#{stage}{'!' if leaves else ''}#{number}"


def stage_of(environment: str, deployment: str, model: str) -> str:
    """The stage that a deployment stands for: its environment, and for one that is not named as its model `environment/deployment`.

    GTO knows one version a stage, and an environment may have several deployments of a model.
    """
    return environment if deployment == model else f"{environment}/{deployment}"
