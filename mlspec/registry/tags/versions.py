"""The versions that tags name: so that a new version never takes a name that GTO gave already."""

from __future__ import annotations

import re

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git
from mlspec.registry.tags.grammar import parse

_PLAIN = re.compile(r"v(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}")


def tagged_versions(repository: Repository, model: str) -> list[str]:
    """The versions `vX.Y.Z` of a model that tags name, annotated or not, also those that were taken back."""
    names = git(repository.root, "for-each-ref", "--format=%(refname:strip=2)", f"refs/tags/{model}@*").text.splitlines()
    found = {name.version for name in map(parse, names) if name and name.version and name.model == model and name.folder is None}
    return sorted(v for v in found if _PLAIN.fullmatch(v))
