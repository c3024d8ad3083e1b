"""The versions that tags name: so that a new version never takes a name that GTO gave already."""

from __future__ import annotations

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.tags import tag_names
from mlspec.language.kinds.deployment import is_version
from mlspec.registry.tags.grammar import parse


def tagged_versions(repository: Repository, model: str) -> list[str]:
    """The versions `vX.Y.Z` of a model that tags name, annotated or not, also those that were taken back."""
    names = map(parse, tag_names(repository, f"{model}@*"))
    found = {name.version for name in names if name and name.version and name.model == model and name.folder is None}
    return sorted(v for v in found if is_version(v))
