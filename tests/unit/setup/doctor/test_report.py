from __future__ import annotations

import json

from mlspec.diagnostics import problem
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, bad, judge, ok
from mlspec.setup.doctor.report import as_json, as_markdown, as_text, has_problems

FINDINGS = [
    Finding("tools", "Git", ok("2.43.0")),
    Finding("tools", "DVC", bad("DVC is not installed", "`pip install dvc`")),
    Finding("github", "bypass", Verdict("skipped", "GitHub does not tell", "a token with `Administration: read`")),
]


def test_the_text_has_a_line_a_check_and_the_fix_below() -> None:
    assert as_text(FINDINGS).splitlines() == [
        "tools",
        "  ok       Git     2.43.0",
        "  problem  DVC     DVC is not installed",
        "                   -> `pip install dvc`",
        "",
        "github",
        "  skipped  bypass  GitHub does not tell",
        "                   -> a token with `Administration: read`",
        "",
        "1 ok, 1 problem, 1 skipped",
    ]


def test_what_others_wrote_is_inert() -> None:
    hostile = [Finding("github", "CODEOWNERS", bad("a|b\n@ada <img> \x1b[31m", "[x](https://evil.example)"))]
    assert "\n@ada" not in as_text(hostile) and "\x1b" not in as_text(hostile)
    (row,) = [line for line in as_markdown(hostile).splitlines() if "CODEOWNERS" in line]
    assert row == "| **problem** | `github: CODEOWNERS` | `a\\|b @ada <img> ?[31m` | `[x](https://evil.example)` |"


def test_the_json_has_every_finding() -> None:
    form = json.loads(as_json(FINDINGS))
    assert form["version"] == 1 and len(form["findings"]) == 3
    assert form["findings"][1] == {
        "area": "tools",
        "check": "DVC",
        "outcome": "problem",
        "what": "DVC is not installed",
        "fix": "`pip install dvc`",
    }
    assert [has_problems(FINDINGS), has_problems(FINDINGS[::2])] == [True, False]


def test_a_check_that_meets_a_diagnostic_is_a_problem_and_one_that_can_t_know_is_skipped() -> None:
    def meets() -> Verdict:
        raise problem("MLS0950", "no git", help="install Git")

    def lacks() -> Verdict:
        raise Skipped("no token", "set GH_TOKEN")

    assert judge("a", "b", meets).verdict == bad("no git (MLS0950)", "install Git")
    assert judge("a", "b", lacks).verdict == Verdict("skipped", "no token", "set GH_TOKEN")
