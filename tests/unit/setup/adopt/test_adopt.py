"""Eight projects as they were before mlspec: what each of their steps becomes, and that the specs hold."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.import_projects import ALL, Before

from mlspec.compiler.pipeline import compile_root
from mlspec.diagnostics import Problems
from mlspec.language.yaml.write import dump
from mlspec.reports.document import STYLES
from mlspec.reports.rendering import render
from mlspec.setup.adopt.adopt import adopt
from mlspec.setup.adopt.facts import ORDER
from mlspec.setup.adopt.imported import Imported, import_specs
from mlspec.setup.adopt.propose import model_set

FITS = ("DataSource", "FeatureSet", "Model", "ModelSet", "KPISet", "Step")
BECOMES = {
    "tags": "DataSource DataSource Model KPISet",
    "segments": "Step Step Step Step",
    "values": "Step Step Step Step Step Step none Step",
    "flights": "DataSource Model KPISet",
    "topics": "Step Model Step Step Step Step Step",
    "months": "DataSource Model Step KPISet Step Step Step",
    "credit": "Step Step Step Step none Step",
    "fleet": "DataSource ModelSet Step",
}
"""What each step of a project becomes, in the order of its steps."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Before, Path, Imported]]:
    """Each project, its folder, and its proposal, once."""
    found = {}
    for name, make in ALL.items():
        root = make().write(tmp_path_factory.mktemp(name))
        found[name] = (make(), root, import_specs(root, make().origin))
    return found


def test_at_least_85_percent_of_all_steps_fit(
    imported: dict[str, tuple[Before, Path, Imported]], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = []
    for name, (before, _, done) in imported.items():
        kinds = {part.name: part.kind for part in done.proposal.parts}
        assert sorted(kinds) == sorted(before.steps), name
        assert " ".join(kinds[step] for step in before.steps) == BECOMES[name], name
        rows += [(name, step, kinds[step]) for step in before.steps]
    counts = Counter(kind for *_, kind in rows)
    with capsys.disabled():
        for name in BECOMES:
            print(f"\n{name}: " + ", ".join(f"{step} {kind}" for project, step, kind in rows if project == name), end="")
        print(f"\n{dict(counts)}: {sum(counts[k] for k in FITS)} of {len(rows)} steps fit")
    assert sum(counts[kind] for kind in FITS) >= 0.85 * len(rows)


@pytest.mark.parametrize("name", BECOMES)
def test_the_specs_validate_and_every_fact_has_a_place(imported: dict[str, tuple[Before, Path, Imported]], name: str) -> None:
    _, root, done = imported[name]
    assert done.problems == ()
    for fact in done.proposal.facts:
        path = root / fact.place.path
        assert fact.sure in ORDER
        assert 1 <= fact.place.line <= len(path.read_text(encoding="utf-8").splitlines()), fact
    assert {place for path, place in _places(done) if path.startswith("specs/")} <= {f"{f.place}, {f.sure}" for f in done.proposal.facts}


def _places(done: Imported) -> list[tuple[str, str]]:
    """(file, `place, sure`) of each comment behind a value."""
    lines = [(path, line.partition("  # ")[2]) for path, text in done.files.items() for line in text.splitlines() if "  # " in line]
    return [(path, comment.partition(": ")[0]) for path, comment in lines if comment.partition(": ")[0].endswith(ORDER)]


def spec(done: Imported, path: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(done.files[path])["spec"]
    return found


def test_texts_by_tag_become_a_model_that_says_all_that_four_scripts_do(imported: dict[str, tuple[Before, Path, Imported]]) -> None:
    done = imported["tags"][2]
    assert spec(done, "specs/models/posts.yaml") == {
        "task": "binary",
        "data": "posts",
        "target": "target",
        "features": {"include": ["text"], "text": ["text"]},
        "split": {"strategy": "random", "test": 0.25},
        "preprocess": {
            "numeric": {"impute": "none", "scale": "none"},
            "text": {"vectorize": "tfidf", "params": {"max_features": 100, "ngram_range": [1, 2], "smooth_idf": False}},
        },
        "estimator": {"class": "sklearn.ensemble.RandomForestClassifier", "params": {"n_estimators": 40, "min_samples_split": 4}},
        "seed": 20170428,
    }
    assert '# - "roc_auc >= 0.8955"' in done.files["specs/models/posts-kpis.yaml"].replace("#     -", "# -")
    assert done.proposal.gaps == ()


def test_a_hundred_series_become_one_set(imported: dict[str, tuple[Before, Path, Imported]]) -> None:
    done = imported["fleet"][2]
    found = spec(done, "specs/models/train.yaml")
    assert len(found["forEach"]["list"]) == 100  # type: ignore[index]
    template = found["template"]["spec"]  # type: ignore[index]
    assert (template["where"], template["split"]) == ("store = '${each.value}'", {"strategy": "time", "testFrom": "2019-10-01"})
    assert [d.kind for d in done.proposal.drafts].count("DataSource") == 1


def test_a_command_that_needs_a_shell_is_told_with_its_script(imported: dict[str, tuple[Before, Path, Imported]]) -> None:
    done = imported["values"][2]
    (script,) = done.proposal.scripts
    assert (script.path, script.text.splitlines()[:2]) == ("scripts/upload.sh", ["#!/bin/sh", "set -eu"])
    (gap,) = done.proposal.gaps
    assert (str(gap.place), gap.what) == ("dvc.yaml:27", "the command needs a shell: `&&`")
    assert "specs/steps/upload.yaml" not in done.files


def test_the_report_says_the_same_in_each_form(imported: dict[str, tuple[Before, Path, Imported]]) -> None:
    done = imported["credit"][2]
    for style in STYLES.values():
        text = render(done.document, style)
        assert "src/join.py:6" in text
        assert "materialize" in text
    form = json.loads(json.dumps(done.form))
    assert [s["kind"] for s in form["steps"]] == BECOMES["credit"].split()
    assert form["notUnderstood"][0]["place"] == "src/join.py:6"


def test_nothing_is_overwritten_and_a_second_import_writes_nothing(tmp_path: Path) -> None:
    root = ALL["tags"]().write(tmp_path)
    (root / ".gitignore").write_text("mine\n", encoding="utf-8")
    import_specs(root, "dvc.yaml", write=False)
    assert not (root / "specs").exists()
    import_specs(root, "dvc.yaml")
    assert (root / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    with pytest.raises(Problems, match="MLS0501"):
        import_specs(root, "dvc.yaml")
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    root = ALL["segments"]().write(tmp_path)
    (root / "specs").write_text("a file in the way\n", encoding="utf-8")
    before = sorted(root.rglob("*"))
    with pytest.raises(Problems, match="MLS0151"):
        import_specs(root, "dvc.yaml")
    assert sorted(root.rglob("*")) == before


STAGE = "stages:\n  train:\n    cmd: python train.py\n"
BAD = {
    "yaml": ("stages:\n  a: [1\n", "MLS01", 2),
    "no stages": ("vars: [x.yaml]\n", "MLS0553", 1),
    "no pipeline": ("- 1\n", "MLS0553", 1),
    "no cmd": ("stages:\n  a:\n    deps: [x]\n", "MLS0553", 2),
    "deps": ("stages:\n  a:\n    cmd: x\n    deps: {a: 1}\n", "MLS0553", 4),
    "variable": ("stages:\n  b: {cmd: x}\n  a:\n    cmd: python ${nothing}\n", "MLS0553", 3),
    "foreach": ("stages:\n  a:\n    foreach: ${nothing}\n    do: {cmd: x}\n", "MLS0553", 2),
    "cycle": ("stages:\n  a: {cmd: x, deps: [b.txt], outs: [a.txt]}\n  b: {cmd: x, deps: [a.txt], outs: [b.txt]}\n", "MLS0554", 2),
}


@pytest.mark.parametrize("name", BAD)
def test_a_pipeline_that_can_not_be_read_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, code, line = BAD[name]
    (tmp_path / "dvc.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Problems) as raised:
        import_specs(tmp_path, "dvc.yaml")
    found = raised.value.diagnostics[0]
    assert found.span is not None
    assert found.code.startswith(code)
    assert found.span.line in (line, line + 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dvc.yaml"]


@pytest.mark.parametrize("path", ["data.csv", "../dvc.yaml", "none/dvc.yaml"])
def test_what_is_nothing_to_import_is_told(tmp_path: Path, path: str) -> None:
    (tmp_path / "data.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(Problems, match="MLS0550"):
        adopt(tmp_path, path)


def test_paths_and_names_that_no_spec_can_have_are_told(tmp_path: Path) -> None:
    text = "stages:\n  Träin_Mödel!: {cmd: python a.py, deps: [../shared/data.csv]}\n  con: {cmd: python b.py, outs: [out.txt]}\n"
    (tmp_path / "dvc.yaml").write_text(text, encoding="utf-8")
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("1\n", encoding="utf-8")
    found = adopt(tmp_path, "dvc.yaml")
    assert [(p.kind, p.ref) for p in found.parts] == [("none", ""), ("Step", "step/con-step")]
    assert ("con-step", "`con` there") in [(f.value, f.how) for f in found.facts]
    assert any("leaves the repository" in g.what for g in found.gaps)


def test_a_script_that_is_no_python_3_leaves_its_stage_a_step(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text(STAGE, encoding="utf-8")
    (tmp_path / "train.py").write_text("print 'x'\n", encoding="utf-8")
    found = adopt(tmp_path, "dvc.yaml")
    assert [p.kind for p in found.parts] == ["Step"]


ENTRIES = st.lists(st.text("abcxyz-", min_size=1, max_size=5).filter(lambda t: t.strip("-")), min_size=2, max_size=5, unique=True)
TEXTS = st.recursive(
    st.sampled_from(["a", "b-{}", "x = '{}'", "{}", "plain {} and {}", ""]), lambda s: st.lists(s, max_size=3), max_leaves=6
)


@settings(max_examples=60)
@given(ENTRIES, st.dictionaries(st.sampled_from(["k", "l", "m"]), TEXTS, min_size=1))
def test_a_template_gives_each_model_again_or_there_is_none(entries: list[str], form: dict[str, object]) -> None:
    specs = [{key: _filled(value, entry) for key, value in form.items()} for entry in entries]
    names = [f"m-{entry.strip('-')}" for entry in entries]
    found = model_set.template(specs, entries, names)
    if found is not None:
        made = dump(found[0])
        for entry, expected in zip(entries, specs, strict=True):
            assert (
                made.replace("${each.value}", entry) == dump(expected) or yaml.safe_load(made.replace("${each.value}", entry)) == expected
            )


def _filled(value: object, entry: str) -> object:
    return value.replace("{}", entry) if isinstance(value, str) else [_filled(v, entry) for v in value]  # type: ignore[attr-defined]


TIMED = """\
import json
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
df = pd.read_csv("rows.csv")
train = {train}
test = {test}
model = Ridge().fit(train[["a"]], train["y"])
print(mean_absolute_error(test["y"], model.predict(test[["a"]])))
"""
SPLITS = {
    "same day": ('df[df["day"] < "2020-02-01"]', 'df[df["day"] >= "2020-02-01"]', {"strategy": "time", "testFrom": "2020-02-01"}),
    "a gap": (
        'df[df["day"] < "2020-02-01"]',
        'df[df["day"] >= "2020-02-04"]',
        {"strategy": "time", "testFrom": "2020-02-04", "gap": "3d"},
    ),
    "they overlap": ('df[df["day"] < "2020-02-01"]', 'df[df["day"] >= "2020-01-20"]', None),
    "a period": ('df[(df["day"] >= "2020-01-03") & (df["day"] < "2020-02-01")]', 'df[df["day"] >= "2020-02-01"]', None),
    "unknown rows": ("df", "pd.read_csv('other.csv')", None),
    "only training is cleaned": (
        'df[df["day"] < "2020-02-01"].dropna(subset=["a"])',
        'df[df["day"] >= "2020-02-01"]',
        None,
    ),
}


@pytest.mark.parametrize("name", SPLITS)
def test_the_rows_of_the_test_are_those_that_are_measured_or_it_is_told(tmp_path: Path, name: str) -> None:
    train, test, expected = SPLITS[name]
    (tmp_path / "train.py").write_text(TIMED.format(train=train, test=test), encoding="utf-8")
    days = [f"2020-{1 + n // 28:02d}-{1 + n % 28:02d},{n},{n}" for n in range(56)]
    (tmp_path / "rows.csv").write_text("\n".join(["day,a,y", *days]) + "\n", encoding="utf-8")
    done = import_specs(tmp_path, "train.py")
    if expected is None:
        assert done.proposal.gaps
        assert "not carried over: train.py:" in done.files["specs/models/rows.yaml"]
    else:
        assert (spec(done, "specs/models/rows.yaml")["split"], done.proposal.gaps) == (expected, ())
        assert done.problems == ()


CHAIN = """\
stages:
  a: {cmd: cp in.txt out.txt, deps: [in.txt], outs: [out.txt]}
  b: {cmd: cp ./out.txt last.txt, deps: [out.txt], outs: [last.txt]}
"""


def test_what_steps_make_is_no_code_of_theirs_once_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text(CHAIN, encoding="utf-8")
    (tmp_path / "in.txt").write_text("1\n", encoding="utf-8")
    import_specs(tmp_path, "dvc.yaml")
    before = _stages(tmp_path)
    for name in ("out.txt", "last.txt"):
        (tmp_path / name).write_text("1\n", encoding="utf-8")
    assert _stages(tmp_path) == before
    assert before == {"step/a": (["in.txt"], ["in.txt", "requirements.lock"]), "step/b": ([], ["out.txt", "requirements.lock"])}


def _stages(root: Path) -> dict[str, tuple[list[str], list[str]]]:
    """{step: (code, dependencies)}."""
    graph = compile_root(root).graph
    assert graph is not None
    return {p.ref: (list(s.params["code"]), sorted(s.deps)) for p in graph.pipelines for s in p.stages}


def test_a_large_file_is_not_looked_at_and_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TIMED.format(train="df", test="df"), encoding="utf-8")
    with (tmp_path / "rows.csv").open("wb") as file:
        file.truncate(100_000_001)
    done = import_specs(tmp_path, "train.py")
    assert "columns" not in spec(done, "specs/data/rows.yaml")
    assert "# columns are not named: `rows.csv` has more than 100 MB" in done.files["specs/data/rows.yaml"]
