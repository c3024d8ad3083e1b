from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from support.projects import SPECS, compile_texts

from mlspec.language.kinds.cron import check_cron


@pytest.mark.parametrize(
    "text",
    [
        "0 5 * * *",
        "*/15 * * * *",
        "0 6,18 1-7 * mon-FRI",
        "41 4 * * 1",
        "0 0 29 2 *",
        "0 0 * JAN-mar 0",
        "59 23 31 12 6",
        "0-50/10 * * * *",
        "0 0 * * 0-6/2",
        "58 5 * * *",
        "0,58 5,7 * * *",
        "7 7 7 7 *",
        "0 0 1 1 */7",
    ],
)
def test_schedules_that_github_runs(text: str) -> None:
    assert check_cron(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("99 99 * * *", "`99` is no minute (0-59)"),
        ("0 24 * * *", "`24` is no hour (0-23)"),
        ("0 0 0 * *", "`0` is no day of the month (1-31)"),
        ("0 0 32 * *", "`32` is no day of the month"),
        ("0 0 * 13 *", "`13` is no month (1-12 or JAN-DEC)"),
        ("0 0 * FOO *", "`FOO` is no month"),
        ("0 0 * * 8", "`8` is no day of the week (0-6 or SUN-SAT)"),
        ("0 0 * * 7", "`7` is no day of the week"),
        ("0 0 * * 1-7", "`1-7` is no day of the week"),
        ("0 0 * * JAN", "`JAN` is no day of the week"),
        ("10-5 * * * *", "`10-5` is no minute"),
        ("*/0 * * * *", "`*/0` is no minute"),
        ("1,,2 * * * *", "`1,,2` is no minute"),
        ("- * * * *", "`-` is no minute"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6,9,11 *", "never comes"),
        ("* * * * *", "at most every 5 minutes"),
        ("0,3 5 * * *", "at most every 5 minutes"),
        ("0,58 5,6 * * *", "at most every 5 minutes"),
        *(
            (text, "not a cron schedule")
            for text in ("xyz", "", "* * * *", "0 0 0 * * *", "@daily", "0 5 * *  *", " 0 5 * * *", "0 5 * * *\n")
        ),
        *(
            (text, "not a cron schedule")
            for text in ("0 0 L * *", "0 0 * * 5L", "0 0 * * MON#2", "every day", "0 5 * * MONDAY", "\u0665 0 * * *")
        ),
    ],
)
def test_schedules_that_github_does_not_run(text: str, says: str) -> None:
    with pytest.raises(PydanticCustomError, match=re.escape(says)) as caught:
        check_cron(text)
    assert caught.value.context and caught.value.context["help"]


@given(st.text(st.sampled_from("0123456789*/,- MONJA#L"), max_size=20))
def test_no_text_is_too_strange(text: str) -> None:
    try:
        sound = check_cron(text) == text
    except PydanticCustomError:
        sound = True
    assert sound


WHERE = {
    "a batch target's": ("specs/t.yaml", "DeploymentTarget", "batch: {input: sales, output: out, schedule: SCHEDULE}", 48),
    "a source's refresh": (
        "specs/s.yaml",
        "DataSource",
        "http: {url: 'https://example.org/a.csv', format: csv}\n  refresh: {schedule: SCHEDULE}",
        23,
    ),
}


@pytest.mark.parametrize("where", WHERE)
def test_it_is_told_where_it_stands(where: str) -> None:
    path, kind, spec, column = WHERE[where]
    text = f"apiVersion: mlspec/v1\nkind: {kind}\nmetadata: {{name: other}}\nspec:\n  {spec.replace('SCHEDULE', '99 99 * * *')}\n"
    told = [d for d in compile_texts(SPECS | {path: text}).diagnostics if d.code == "MLS0112"]
    assert [(d.span.path, d.span.line, d.span.column) for d in told if d.span] == [
        (path, text.count("\n", 0, text.index("99 99")) + 1, column)
    ]
    assert "`99` is no minute" in told[0].message and told[0].help and "five fields" in told[0].help


def test_the_projects_own_schedule_too() -> None:
    project = SPECS["mlspec.yaml"] + "  ci: {retrain: {schedule: xyz}}\n"
    told = [d for d in compile_texts(SPECS | {"mlspec.yaml": project}).diagnostics if d.code == "MLS0112"]
    assert [(d.span.path, d.span.line) for d in told if d.span] == [("mlspec.yaml", project.count("\n"))]
