"""Feature sets into which the future may come more easily are told; what tightens is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import SPECS

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.compiler.project.project import Project
from mlspec.promotion.loosening import loosened

WEATHER = SPECS["specs/sales.yaml"].replace("{name: sales}", "{name: weather}")
SET = """\
apiVersion: mlspec/v1
kind: FeatureSet
metadata: {name: daily, owner: "@acme/features"}
spec:
  inputs: {rows: sales, weather: weather}
  spine: rows
  asOf: {weather: {on: day, known: day, by: [shop], maxAge: 48h, ties: [price]}}
  sql: features/daily.sql
  key: [day, shop]
  timeColumn: day
  lookAhead: {cuts: 12}
  online: {store: {sqlite: true}, maxAge: 6h}
"""
SQL = {"features/daily.sql": b"SELECT rows.day, rows.shop, rows.price FROM rows"}


def project(text: str) -> Project:
    specs = {path: spec.encode() for path, spec in {**SPECS, "specs/weather.yaml": WEATHER, "specs/daily.yaml": text}.items()}
    compiled = compile_inputs(Path("/nowhere"), Inputs(specs, {}, frozenset({"requirements.lock"}), read_list=SQL.get))
    assert compiled.project is not None, compiled.diagnostics
    return compiled.project


def told(after: str) -> list[tuple[str, str | None, str | None]]:
    one, other = project(SET), project(after)
    assert all(found.owner == "@acme/features" for found in loosened(one, other))
    return [(found.what, found.before, found.after) for found in loosened(one, other)]


DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("old", "new", "what", "texts"),
    [
        ("cuts: 12", "cuts: 6", "values of the future are looked for less", ("lookAhead: {cuts: 12}", "lookAhead: {cuts: 6}")),
        ("{cuts: 12}", "false", "values of the future are not looked for any more", ("lookAhead: {cuts: 12}", "lookAhead: {cuts: 0}")),
        (" known: day,", "", "rows of `weather` may have been known otherwise when they are joined", ("known: day", None)),
        (" maxAge: 48h,", "", "older rows of `weather` are joined", ("maxAge: 172,800s", None)),
        ("maxAge: 48h", "maxAge: 72h", "older rows of `weather` are joined", ("maxAge: 172,800s", "maxAge: 259,200s")),
        (
            "key: [day, shop]",
            "key: [day]",
            "rows are named or timed otherwise, which decides on what is tested",
            ("key: day, shop", "key: day"),
        ),
        (", maxAge: 6h", "", "older rows are answered with when serving", ("maxAge: 21,600s", None)),
        ("maxAge: 6h", "maxAge: 7h", "older rows are answered with when serving", ("maxAge: 21,600s", "maxAge: 25,200s")),
        ("sqlite: true", "redis: OTHER", "features are read from another place when serving", ("sqlite: true", "redis: OTHER")),
        (
            ", maxAge: 6h",
            f", maxAge: 6h, sameAs: ['{DIGEST}']",
            "versions trained on another definition answer with rows of this one",
            (None, f"sameAs: {DIGEST}"),
        ),
        ("rows: sales", "rows: weather", "rows come from another place, and can't be compared", ("spine: sales", "spine: weather")),
    ],
)
def test_what_is_looser_is_told(old: str, new: str, what: str, texts: tuple[str | None, str | None]) -> None:
    assert told(SET.replace(old, new)) == [(what, *texts)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cuts: 12", "cuts: 24"),
        ("48h", "24h"),
        ("[price]", "[price, count]"),
        ("6h", "5h"),
        ("  online: {store: {sqlite: true}, maxAge: 6h}\n", ""),
    ],
)
def test_what_tightens_is_not(old: str, new: str) -> None:
    assert told(SET.replace(old, new)) == []


def test_a_join_that_looks_at_no_time_any_more_is_told() -> None:
    without = SET.replace("  asOf: {weather: {on: day, known: day, by: [shop], maxAge: 48h, ties: [price]}}\n", "")
    assert told(without) == [("`weather` is no longer joined as of each row's time", "asOf: weather", None)]
