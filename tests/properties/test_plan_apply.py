"""Plan after apply is empty; compiling twice gives the same bytes; a digest ignores how a spec is written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from support.projects import KPIS, MODEL, RULES, SPECS, compile_texts

from mlspec.language.yaml.write import dump, quote
from mlspec.pipelines.generate.render import render
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.plan.diff import diff

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(lambda text: "${" not in text)
"""Text that names no variable."""
NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda n: n not in ("con", "nul", "aux", "prn"))
PARAMS = st.dictionaries(
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
    st.integers(-1000, 1000) | st.floats(-1e6, 1e6) | st.booleans() | PLAIN,
    max_size=4,
)


def model_text(name: str, params: Mapping[str, object]) -> str:
    body = "\n".join(f"      {quote(k)}: {dump([v])[2:].strip()}" for k, v in params.items())
    inline = f"params:\n{body}" if params else "params: {}"
    text = MODEL.replace("name: demand", f"name: {quote(name)}")
    return text.replace(
        "estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}",
        f"estimator:\n    class: sklearn.linear_model.Ridge\n    {inline}",
    )


PROJECTS = st.dictionaries(NAMES, PARAMS, min_size=1, max_size=4).map(
    lambda models: (
        {k: v for k, v in SPECS.items() if k in ("mlspec.yaml", "specs/sales.yaml", "specs/sales-rules.yaml")}
        | {f"specs/m-{name}.yaml": model_text(name, params) for name, params in models.items()}
    )
)


def files_of(specs: dict[str, str]) -> dict[str, str]:
    compiled = compile_texts(specs)
    assert compiled.diagnostics == ()
    assert compiled.project
    assert compiled.graph
    return render(compiled.project, compiled.graph)


@settings(max_examples=40, deadline=None)
@given(PROJECTS)
def test_compiling_twice_gives_the_same_bytes(specs: dict[str, str]) -> None:
    assert files_of(specs) == files_of(dict(reversed(specs.items())))


def plan_of(root: Path, desired: dict[str, str]) -> Plan:
    return Plan(diff(root, desired, {}))


@settings(max_examples=25, deadline=None)
@given(PROJECTS, PROJECTS)
def test_plan_after_apply_is_empty_and_nothing_else_is_left(one: dict[str, str], two: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for specs in (one, two):
            desired = files_of(specs)
            apply(root, partial(plan_of, root, desired))
            assert Plan(diff(root, desired, {})).pending == ()
        left = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
        assert left == set(files_of(two)) | {".mlspec/ledger.json", ".mlspec/lock"}


@settings(max_examples=30, deadline=None)
@given(PARAMS, st.randoms())
def test_the_digest_ignores_order_and_comments(params: dict[str, object], random: object) -> None:
    items = list(params.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    base = {k: v for k, v in SPECS.items() if not k.startswith("environments/")} | {
        "specs/demand-kpis.yaml": KPIS,
        "specs/sales-rules.yaml": RULES,
    }
    one = compile_texts(base | {"specs/demand.yaml": model_text("demand", params)})
    two = compile_texts(base | {"specs/demand.yaml": "# a comment\n" + model_text("demand", dict(items))})
    assert one.project
    assert two.project
    assert one.project.spec_digest("demand") == two.project.spec_digest("demand")
