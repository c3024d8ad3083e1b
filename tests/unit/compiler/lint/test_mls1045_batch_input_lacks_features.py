"""MLS1045: A batch input lacks features of the model."""

from __future__ import annotations

from support.lint import PRODUCTION, STAGING, TARGET, edited, told


def test_it_tells() -> None:
    specs = edited(
        (TARGET, "rest: {host: 127.0.0.1, port: 0}", "batch: {input: week, output: predictions}"),
        (
            "specs/week.yaml",
            "",
            "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: week}\nspec:\n  file: {path: data/week.csv}\n  columns: [{name: day, type: date}, {name: shop, type: string}]\n",
        ),
    )
    assert told("MLS1045", specs) == [
        (PRODUCTION, "local-rest", "`source/week`, which this scores, has no column `price`, a feature of `model/demand`"),
        (STAGING, "local-rest", "`source/week`, which this scores, has no column `price`, a feature of `model/demand`"),
    ]


WEEK = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: week}\nspec:\n  file: {path: data/week.csv}\n  columns: [{name: day, type: date}]\n"


def test_an_overlay_that_scores_other_rows_is_told_and_its_source_is_read() -> None:
    laid = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {batch: {input: week}}\n"
    specs = edited(
        (TARGET, "rest: {host: 127.0.0.1, port: 0}", "batch: {input: sales, output: predictions}"),
        ("specs/week.yaml", "", WEEK),
        ("environments/production/overlays/week.yaml", "", laid),
    )
    assert {path for path, _, _ in told("MLS1045", specs)} == {PRODUCTION}
    assert told("MLS1040", specs) == [], "production scores it"
    assert [path for path, _, _ in told("MLS1032", specs)] == ["specs/week.yaml"], "and nothing says what must be true of it"


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1045",
            edited(
                (TARGET, "rest: {host: 127.0.0.1, port: 0}", "batch: {input: week, output: predictions}"),
                (
                    "specs/week.yaml",
                    "",
                    "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: week}\nspec:\n  file: {path: data/week.csv}\n  columns: [{name: day, type: date}, {name: price, type: integer}]\n",
                ),
            ),
        )
        == []
    )
