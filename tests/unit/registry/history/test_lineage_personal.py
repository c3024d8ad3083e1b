"""`mlspec lineage` says which personal data a version takes in, by the specs of its commit."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from support.cli import commit, repository
from support.projects import SPECS

from mlspec.adapters.git.repository import open_repository
from mlspec.registry.history.lineage import _personal


def told(root: Path) -> dict[str, str]:
    return _personal(SimpleNamespace(repository=open_repository(root)), "demand", "HEAD")  # type: ignore[arg-type]


def test_what_is_a_feature_and_what_is_none(tmp_path: Path) -> None:
    marked = SPECS["specs/sales.yaml"].replace("{name: price, type: number}", "{name: price, type: number, pii: true}")
    root = repository(
        tmp_path / "a", SPECS | {"specs/sales.yaml": marked.replace("{name: shop, type: string}", "{name: shop, type: string, pii: true}")}
    )
    assert told(root) == {"personal data": "price (of source/sales.price)"}


def test_nothing_where_there_is_none_or_the_specs_can_t_be_read(tmp_path: Path) -> None:
    root = repository(tmp_path, SPECS)
    assert told(root) == {}
    (root / "specs/broken.yaml").write_text("kind: [")
    commit(root, "Break")
    assert told(root) == {}
