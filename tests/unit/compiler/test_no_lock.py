"""Where nothing runs in CI there need be no requirements lock, and no workflow is written."""

from __future__ import annotations

from support.projects import PROJECT, SPECS, compile_texts

from mlspec.pipelines.generate.render import render

WITHOUT = PROJECT.replace("  requirements: requirements.lock\n", "")


def test_workflows_need_a_lock() -> None:
    compiled = compile_texts({**SPECS, "mlspec.yaml": WITHOUT})
    assert [(d.code, str(d.span)) for d in compiled.diagnostics] == [("MLS0401", "mlspec.yaml:4:1")]


def test_without_ci_no_stage_depends_on_a_lock_and_nothing_is_written_for_github() -> None:
    compiled = compile_texts({**SPECS, "mlspec.yaml": WITHOUT + "  ci: {provider: none}\n"})
    assert compiled.diagnostics == () and compiled.project is not None and compiled.graph is not None
    assert not [d for p in compiled.graph.pipelines for s in p.stages for d in s.deps if "lock" in d]
    files = render(compiled.project, compiled.graph)
    assert not [path for path in files if path.startswith(".github")]
    assert not [text for text in files.values() if "None" in text]


def test_without_ci_a_lock_that_is_named_still_counts() -> None:
    compiled = compile_texts({**SPECS, "mlspec.yaml": PROJECT + "  ci: {provider: none}\n"})
    assert compiled.graph is not None
    assert all("requirements.lock" in s.deps for p in compiled.graph.pipelines for s in p.stages)
