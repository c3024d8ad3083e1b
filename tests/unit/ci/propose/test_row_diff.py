"""Two snapshots of rows against each other: what came, went and changed, how far columns moved; no value of personal data."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from mlspec.ci.propose.refresh_body import Snapshot, refresh_body
from mlspec.ci.propose.row_diff import RowDiff, compare, largest, row_diff
from mlspec.runtime.validate.drift import psi

N = 400
DICE = np.random.default_rng(3)
OLD = pd.DataFrame(
    {
        "id": range(N),
        "price": DICE.normal(10, 2, N).round(2),
        "shop": DICE.choice(["a", "b", "c"], N, p=[0.6, 0.3, 0.1]),
        "mail": [f"someone{i}@example.org" for i in range(N)],
        "day": pd.date_range("2024-01-01", periods=N, freq="h"),
    }
)


def changed() -> pd.DataFrame:
    """20 rows gone, 30 new, 50 with another price, 40 with another shop (10 with both), and one other mail."""
    new = OLD.iloc[20:].copy()
    new.loc[100:149, "price"] += 8
    new.loc[140:179, "shop"] = "d"
    new.loc[300, "mail"] = "other@example.org"
    more = OLD.iloc[:30].assign(id=range(N, N + 30))
    return pd.concat([new, more])


def diff(tmp_path: Path, old: pd.DataFrame, new: pd.DataFrame, key: tuple[str, ...] = ("id",), **more: Any) -> RowDiff:
    for name, frame in (("old", old), ("new", new)):
        frame.to_parquet(tmp_path / f"{name}.parquet", index=False)
    return compare(tmp_path / "old.parquet", tmp_path / "new.parquet", key, more.get("pii", {"mail"}), more.get("named", set()))


def test_rows_by_their_key(tmp_path: Path) -> None:
    found = diff(tmp_path, OLD, changed())
    assert (found.came, found.gone, found.changed, found.same) == (30, 20, 81, 299)
    assert {c.name: c.changed for c in found.columns} == {"price": 50, "shop": 40, "mail": 1, "day": 0}


def test_the_order_of_rows_plays_no_part(tmp_path: Path) -> None:
    order = list(range(len(changed())))
    random.Random(1).shuffle(order)
    assert diff(tmp_path, OLD, changed()) == diff(tmp_path, OLD.iloc[::-1], changed().iloc[order])


def test_whole_rows_where_there_is_no_key(tmp_path: Path) -> None:
    """A row that comes twice and came once is one that came."""
    old = pd.DataFrame({"a": [1, 1, 2, None]})
    found = diff(tmp_path, old, pd.DataFrame({"a": [1, 2, 2, 3, None]}), ())
    assert (found.came, found.gone, found.changed) == (2, 1, None)


def test_distances_are_those_of_the_bins(tmp_path: Path) -> None:
    found = {c.name: c for c in diff(tmp_path, OLD, changed(), named={"shop"}).columns}
    shop, price = found["shop"], found["price"]
    assert shop.labels == ("a", "b", "c", "d", "others", "missing")
    new = changed()["shop"].value_counts(normalize=True)
    assert dict(zip(shop.labels, shop.after, strict=True)) == pytest.approx({**new.to_dict(), "others": 0.0, "missing": 0.0})
    assert shop.distance == pytest.approx(psi(np.array(shop.before), np.array(shop.after)))
    assert sum(price.before) == pytest.approx(1)
    assert sum(price.after) == pytest.approx(1)
    assert price.distance is not None
    assert price.distance > 0.1
    assert (found["day"].distance, found["mail"].distance) == (None, None)


def test_of_text_no_value_is_told_that_the_snapshot_does_not_keep(tmp_path: Path) -> None:
    found = {c.name: c for c in diff(tmp_path, OLD, changed()).columns}
    assert found["shop"].distance is not None
    assert found["shop"].labels == ()
    assert [c.name for c in largest(diff(tmp_path, OLD, changed()), 0.02, 4)] == ["price"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308, -1e308])
def test_odd_numbers(tmp_path: Path, value: float) -> None:
    old = pd.DataFrame({"id": [1, 2, 3], "x": [1.0, 2.0, value]})
    found = diff(tmp_path, old, old.assign(x=[1.0, value, 2.0]))
    assert found.changed == 2


def test_all_missing_one_value_and_no_rows(tmp_path: Path) -> None:
    old = pd.DataFrame({"id": [1, 2], "x": pd.array([None, None], "Float64"), "y": [5, 5], "z": ["a", "a"]})
    assert diff(tmp_path, old, old).changed == 0
    assert [c.distance for c in diff(tmp_path, old, old).columns] == [None, 0.0, 0.0]
    assert diff(tmp_path, old, old.iloc[:0]).gone == 2


def test_a_column_that_came_or_changed_its_type_is_left_out(tmp_path: Path) -> None:
    found = diff(tmp_path, OLD, OLD.assign(price=OLD.price.astype(str), more=1))
    assert [c.name for c in found.columns] == ["shop", "mail", "day"]


def test_where_the_rows_of_then_are_nowhere(tmp_path: Path) -> None:
    assert row_diff(tmp_path, None, tmp_path / "x", (), (), ()) is None


def body(rows: RowDiff | None, **before: str) -> str:
    return refresh_body("source/sales", Snapshot(outputs=before), Snapshot(), None, [], rows)


def test_the_body_says_it(tmp_path: Path) -> None:
    text = body(diff(tmp_path, OLD, changed(), named={"shop"}))
    assert "By their key: 30 came, 20 went, 81 changed, 299 are the same." in text.replace("\\", "")
    assert "| `price` | 50 |" in text
    assert text.count("```mermaid") == 2
    assert "example.org" not in text
    same = body(diff(tmp_path, OLD, OLD))
    assert "No column moved" in same
    assert "mermaid" not in same
    assert "neither in DVC's cache nor on its remote" in body(None, valid="a" * 32)


def test_hostile_names_and_values_stay_inert(tmp_path: Path) -> None:
    evil = 'x"] --> b\n```\n# @admins <img src=x> [a](javascript:b)'
    old = pd.DataFrame({"id": range(40), evil: [evil] * 20 + ["b"] * 20})
    text = body(diff(tmp_path, old, old.assign(**{evil: ["c"] * 40}), named={evil}))
    assert sum(line.startswith("```") for line in text.splitlines()) == 2
    page = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    assert "&lt;img" in page
    assert "<img" not in page
    assert "<a " not in page
    assert "<h1>" not in page
    assert "@admins" not in text.split("```mermaid")[1].split("```")[0]


def test_charts_go_where_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = diff(tmp_path, OLD, changed(), named={"shop"})
    monkeypatch.setattr("mlspec.ci.propose.refresh_body.BODY_LIMIT", 1500)
    assert "mermaid" not in body(rows)
