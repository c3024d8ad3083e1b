"""What the command line names: told from paths at the tip of the base branch, so that nothing has to be compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mlspec.compiler.project.layout import ENVIRONMENTS, MODELS, REGISTRY
from mlspec.diagnostics import did_you_mean, problem
from mlspec.registry.branch import Line, mapping, pick

Kind = Literal["model", "version", "deployment", "environment", "source", "features", "labels", "step", "digest"]

_VERSION = re.compile(r"(?:model/)?([a-z0-9][a-z0-9-]*)@(v\d+\.\d+\.\d+)")
_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}|(?:md5:)?[0-9a-f]{32}(?:\.dir)?")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Named:
    """An object: `environment` of a deployment or an environment, `version` of a version; `name` of all others, or the digest."""

    kind: Kind
    name: str
    environment: str | None = None
    version: str | None = None

    @property
    def ref(self) -> str:
        middle = f"{self.environment}/" if self.kind == "deployment" else ""
        return self.name if self.kind == "digest" else f"{self.kind if self.kind != 'version' else 'model'}/{middle}{self.name}" + self._at

    @property
    def _at(self) -> str:
        return f"@{self.version}" if self.version else ""


def parse_object(line: Line, text: str) -> Named:
    """Tell what a name is about. Raises MLS0003 for what it can't be, with what it may have meant."""
    if found := _VERSION.fullmatch(text):
        return Named("version", found[1], version=found[2])
    if _DIGEST.fullmatch(text):
        return Named("digest", text)
    kind, _, rest = text.partition("/")
    if text.startswith(("sha256:", "md5:")):
        raise problem("MLS0003", f"`{text}` is no whole digest", help="write all 64 digits (md5: 32): `--format json` prints them")
    if "@" in text:
        raise problem("MLS0003", f"`{text}` names no version", help="write it as demand@v1.2.0: the model, and all three numbers")
    for each in ("model", "source", "features", "labels", "step"):
        if kind == each and _NAME.fullmatch(rest):
            return Named(each, rest)
    parts = (rest if kind == "deployment" else text).split("/")
    if len(parts) == 2 and all(_NAME.fullmatch(p) for p in parts) and kind != "environment":
        return _deployment(line, parts[0], parts[1], text)
    if kind == "deployment" and _NAME.fullmatch(rest):
        ways = ", ".join(f"deployment/{e}/{rest}" for e in environments(line))
        raise problem("MLS0003", f"`{text}` names no environment", help=f"write it as {ways}")
    name = rest if kind == "environment" else text
    if _NAME.fullmatch(name):
        return _bare(line, name, text)
    raise problem("MLS0003", f"there is no object `{text}`", help=FORMS)


def _deployment(line: Line, environment: str, name: str, text: str) -> Named:
    """`production/demand`. Another kind of object (`kpis/demand`) has no history; an environment of the past has no folder any more."""
    if environment in _OTHER_KINDS and environment not in environments(line):
        raise problem("MLS0003", f"`{text}` has no history of its own", help=FORMS)
    return Named("deployment", name, environment)


_OTHER_KINDS = ("data", "kpis", "policy", "project", "rules", "target", "waiver")
FORMS = (
    "name it as model/demand, demand@v1.0.0, deployment/production/demand, production, source/sales, features/daily, labels/topics, "
    "step/report or sha256:…"
)


def _bare(line: Line, name: str, text: str) -> Named:
    known = environments(line)
    if name in known:
        return Named("environment", name, name)
    models = names_in(line, REGISTRY) | names_in(line, MODELS)
    if name in models and not text.startswith("environment/"):
        return Named("model", name)
    raise problem("MLS0003", f"there is no object `{text}`", help=f"{did_you_mean(name, [*known, *sorted(models)])}; {FORMS}")


def environments(line: Line) -> list[str]:
    """The environments, in the order of promotion; and those that only a folder tells of."""
    content = line.repository.show(line.tip, "mlspec.yaml") or b""
    declared = pick(mapping("mlspec.yaml", content), "spec", "environments")
    names = [str(n) for n in declared] if isinstance(declared, list) else []
    return [*names, *sorted(names_in(line, ENVIRONMENTS) - set(names))]


def names_in(line: Line, folder: str) -> set[str]:
    """The folders in a folder, at the tip."""
    return {path.rpartition("/")[2] for path in line.repository.folders(line.tip, [folder])}


def split_place(ref: str) -> tuple[str, str]:
    """`deployment/production/demand` -> (production, demand)."""
    _, environment, name = ref.split("/")
    return environment, name
