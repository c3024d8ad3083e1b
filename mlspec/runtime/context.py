"""What a stage knows: its parameters, its folder, the repository's root."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem

ENGINE = "MLSPEC_ENGINE"
"""`local`: nothing is asked of a cluster, as with `mlspec run --local`."""
IN_DVC_CACHE = re.compile(r"/files/md5/[0-9a-f]{2}/[0-9a-f]{30}(\.dir)?$")


@dataclass(frozen=True, slots=True)
class Context:
    """`folder` is the generated folder a stage runs in, `params` its own section of params.yaml.

    `limits`: what bounds a run and changes no result; it stands beside the sections, and no digest covers it.
    `engine`: what is asked elsewhere, which changes no result; nothing where `MLSPEC_ENGINE` is `local`, and for who makes results again.
    """

    stage: str
    root: Path
    folder: Path
    params: Mapping[str, Any]
    limits: Mapping[str, Any] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """How long a program of the stage may run, if that is limited."""
        return float(self.limits["seconds"]) if "seconds" in self.limits else None

    def out(self, name: str) -> Path:
        """Where an output of this stage goes."""
        return self.folder / name

    def need(self, relative: str) -> Path:
        """An input that an earlier stage wrote. Raises MLS0603 when it is not there."""
        path = self.inside(relative)
        if not path.exists():
            raise problem("MLS0603", f"`{relative}` is not there", help="run the stages before this one: `dvc repro`, or `dvc pull`")
        return path

    def inside(self, relative: str) -> Path:
        """Resolve a path of params.yaml (relative to the folder). Raises MLS0604 when it leaves the repository."""
        return inside(self.root, self.folder / relative)


def inside(root: Path, path: Path) -> Path:
    """Return `path`, checked: it and what it links to lie in `root`, or it is DVC's own link into its cache."""
    home, parent = root.resolve(), path.parent.resolve()
    target = (parent / path.name).resolve()
    linked_by_dvc = path.is_symlink() and parent.is_relative_to(home) and IN_DVC_CACHE.search(target.as_posix())
    if not target.is_relative_to(home) and not linked_by_dvc:
        raise problem(
            "MLS0604", f"`{path.name}` lies outside the repository", help="copy it in, or track it with DVC; links must stay inside"
        )
    return parent / path.name


def find_root(folder: Path) -> Path:
    """Return the nearest folder, from `folder` upwards, that holds mlspec.yaml. Raises MLS0002."""
    for parent in (folder, *folder.parents):
        if (parent / "mlspec.yaml").is_file():
            return parent
    raise problem("MLS0002", "there is no mlspec.yaml here or above", help="run the stage inside the project's repository")


def add_root(root: Path) -> None:
    """Put the repository's root on `sys.path` so that user code can be imported (also when a model is loaded)."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))


def load(stage: str, folder: Path) -> Context:
    """Return the context of a stage that runs in `folder`. Raises MLS0600 when params.yaml lacks its section."""
    folder = folder.resolve()
    if not (folder / "params.yaml").is_file():
        raise problem("MLS0600", "there is no params.yaml here", help="stages run inside a generated folder, by `dvc repro`")
    params = read_yaml(folder / "params.yaml")
    section = params.get(stage)
    if not isinstance(section, dict):
        raise problem("MLS0600", f"params.yaml has no section `{stage}`", help=did_you_mean(stage, params) or "run `mlspec apply`")
    limits = params.get("limits")
    elsewhere = params.get("engine") if stage == "validate" and os.environ.get(ENGINE) != "local" else None
    unseen = (found if isinstance(found, dict) else {} for found in (limits, elsewhere))
    return Context(stage, find_root(folder), folder, section, *unseen)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file's mapping; empty where there is no file, or no mapping in it. Raises MLS0600 when it can't be read."""
    # the reader that DVC uses, so that both see the same values (PyYAML reads YAML 1.1: `1e-3` would be text)
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if not path.is_file():
        return {}
    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, ValueError) as error:
        raise problem("MLS0600", f"{path.name} can't be read: {error}", help="run `mlspec apply`") from error
    return {str(k): v for k, v in found.items()} if isinstance(found, dict) else {}
