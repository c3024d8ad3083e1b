"""Which sources are due, and how a pin is edited and checked."""

from __future__ import annotations

import pytest
from support.projects import SOURCE, SPECS, compile_texts

from mlspec.ci.propose.pin import with_pin
from mlspec.ci.propose.refresh import due
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems

PIN, NEW = "0" * 64, "a" * 64
HTTP = "  http: {url: 'https://example.org/sales.csv', sha256: %s}  # of the vendor\n"


def project(source: str, **more: str) -> Project:
    compiled = compile_texts(SPECS | {"specs/sales.yaml": source, **{f"specs/{k}.yaml": v for k, v in more.items()}})
    assert compiled.project, compiled.diagnostics
    return compiled.project


def refreshed(name: str, schedule: str) -> str:
    return SOURCE.replace("name: sales}", f"name: {name}}}", 1) + f"  refresh: {{schedule: '{schedule}'}}\n"


def names(project: Project, schedule: str | None, *chosen: str) -> list[str]:
    return [s.name for s in due(project, schedule, chosen)]


def test_the_schedule_chooses_the_sources() -> None:
    made = project(SOURCE, b=refreshed("b", "0 5 * * *"), a=refreshed("a", "0 5 * * *"), c=refreshed("c", "0 6 * * *"))
    assert names(made, None) == ["a", "b", "c"]
    assert names(made, "0 5 * * *") == ["a", "b"]
    assert names(made, "0 7 * * *") == []
    assert names(made, "0 5 * * *", "source/c", "a") == ["c", "a"]


@pytest.mark.parametrize(("name", "code"), [("sale", "MLS0003"), ("sales", "MLS0526")])
def test_what_has_no_refresh_is_told(name: str, code: str) -> None:
    with pytest.raises(Problems) as caught:
        due(project(SOURCE), None, [name])
    assert [d.code for d in caught.value.diagnostics] == [code]


def pinned(written: str, more: str = "") -> tuple[Project, bytes]:
    text = SOURCE.replace("  file: {path: data/sales.csv}\n", HTTP % written) + more
    specs = SPECS["mlspec.yaml"] + f"  variables: {{pin: {{default: '{PIN}'}}}}\n"
    compiled = compile_texts(SPECS | {"specs/sales.yaml": text, "mlspec.yaml": specs})
    assert compiled.project, compiled.diagnostics
    return compiled.project, text.encode()


@pytest.mark.parametrize("written", [PIN.replace("0", "b"), f'"{PIN}"', f"'{PIN}'"])
def test_the_pin_is_set_and_all_else_stays(written: str) -> None:
    made, content = pinned(written)
    edited = with_pin(made.sources["sales"], content, NEW).decode()
    assert edited == content.decode().replace(written, f'"{NEW}"')


def test_windows_line_ends_stay() -> None:
    made, content = pinned(f'"{PIN}"')
    assert with_pin(made.sources["sales"], content.replace(b"\n", b"\r\n"), NEW).count(b"\r\n") == content.count(b"\n")


@pytest.mark.parametrize("written", ["'${var.pin}'", f"&pin '{PIN}'"])
def test_a_pin_that_stands_for_more_is_for_people(written: str) -> None:
    made, content = pinned(written)
    with pytest.raises(Problems) as caught:
        with_pin(made.sources["sales"], content, NEW)
    assert [d.code for d in caught.value.diagnostics] == ["MLS0526"]
    assert NEW in str(caught.value.diagnostics[0].help)
