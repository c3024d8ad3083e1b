"""The whole pack: as expected to the byte, valid by the official schemas, whole without the evidence, inert whatever users write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from support.cli import git
from support.evidence_world import CASES, SPEC_FILES, commit, make

from mlspec.diagnostics import Problems
from mlspec.diagnostics.digest import bytes_digest
from mlspec.registry.documents.annex_iv import ITEMS
from mlspec.registry.documents.facts import Facts, gather
from mlspec.registry.documents.ml_test_score import SECTIONS, score
from mlspec.registry.documents.pack import DOCUMENTS, render, write
from mlspec.registry.documents.provenance import statement_bytes

GOLDEN = Path(__file__).parents[3] / "golden/evidence"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("evidence"))


def facts_of(root: Path, version: str | None = "v1.0.0", environment: str | None = None) -> Facts:
    return gather(root, "model/demand", version, environment)


@pytest.mark.parametrize("case", CASES)
def test_is_what_is_expected(root: Path, case: str) -> None:
    files = render(facts_of(root, *CASES[case]))
    assert files == {p.name: p.read_text() for p in (GOLDEN / case).iterdir()}, "if this is wanted: python tools/evidence_goldens.py"


def test_the_same_commit_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(root), "clone")
    (root / "specs/demand.yaml").write_text("broken: [")  # the working tree plays no part
    try:
        assert render(facts_of(root)) == render(facts_of(tmp_path / "clone"))
    finally:
        git(root, "checkout", "-q", "specs/demand.yaml")


def test_the_index_names_each_file_by_its_digest(root: Path, tmp_path: Path) -> None:
    files = render(facts_of(root))
    write(tmp_path / "out", files)
    index = json.loads((tmp_path / "out/index.json").read_text())
    assert set(index["files"]) == {document.FILE for document in DOCUMENTS}
    for name, digest in index["files"].items():
        assert bytes_digest((tmp_path / "out" / name).read_bytes()) == digest
        assert digest in files["index.md"]
    assert (index["environment"], [c["path"] for c in index["claims"]]) == ("staging", ["promotions/staging/demand/v1.0.0.yaml"])


def test_signatures_are_listed(root: Path, tmp_path: Path) -> None:
    assert facts_of(root).signatures == {}
    git(tmp_path, "clone", "-q", str(root), "clone")
    signed = {"registry/demand/v1.0.0.sigstore.json": "{}", "promotions/staging/demand/v1.0.0.sigstore.json": "{ }"}
    commit(tmp_path / "clone", signed | {"registry/demand/v1.1.0.sigstore.json": "another version's"}, 120)
    found = render(facts_of(tmp_path / "clone"))
    assert json.loads(found["index.json"])["signatures"] == {p: bytes_digest(t.encode()) for p, t in signed.items()}
    assert all(path in found["eu-ai-act-annex-iv.md"] for path in signed)


# ---------------------------------------------------------------------------------------------- schemas


@pytest.mark.parametrize("case", CASES)
def test_the_bill_is_cyclonedx(root: Path, case: str) -> None:
    text = render(facts_of(root, *CASES[case]))["ml-bom.cdx.json"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"machine-learning-model"', '"mystery"')) is not None


def test_the_bill_lists_libraries_and_what_depends_on_what(root: Path) -> None:
    bill = json.loads(render(facts_of(root))["ml-bom.cdx.json"])
    parts = {part["bom-ref"]: part for part in bill["components"]}
    assert {"pkg:pypi/numpy@2.3.0", "pkg:pypi/scikit-learn@1.9.1%2Bcpu"} <= set(parts)
    assert [p["value"][:2] for p in parts["pkg:pypi/numpy@2.3.0"]["properties"]] == ["aa", "bb"]
    [model] = [d for d in bill["dependencies"] if d["ref"] == bill["metadata"]["component"]["bom-ref"]]
    assert set(model["dependsOn"]) == set(parts)
    assert {d["ref"] for d in bill["metadata"]["component"]["modelCard"]["modelParameters"]["datasets"]} <= set(parts)


def test_the_bill_lists_what_the_workflows_install_and_nothing_else(tmp_path: Path) -> None:
    """Not what a lock for all machines holds for others."""
    lock = (
        "numpy==2.4.6 ; python_full_version < '3.12'\nnumpy==2.5.5 ; python_full_version >= '3.12'\n"
        "pywin32==311 ; sys_platform == 'win32'\nshop @ https://example.org/shop-1.5-py3-none-any.whl --hash=sha256:" + "c" * 64 + "\n"
    )
    for python, numpy in (("3.11", "2.4.6"), ("3.13", "2.5.5")):
        files = SPEC_FILES | {"requirements.lock": lock}
        files["mlspec.yaml"] = files["mlspec.yaml"].replace("spec:\n", f'spec:\n  python: "{python}"\n', 1)
        bill = json.loads(render(facts_of(make(tmp_path / python, files)))["ml-bom.cdx.json"])
        assert [part["purl"] for part in bill["components"] if part["type"] == "library"] == [
            f"pkg:pypi/numpy@{numpy}",
            "pkg:pypi/shop@1.5",
        ]


def test_the_statement_is_in_toto_with_slsa(root: Path) -> None:
    """The fields that both specifications ask for."""
    facts = facts_of(root)
    found = json.loads(statement_bytes(facts))
    assert (found["_type"], found["predicateType"]) == ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1")
    [subject] = found["subject"]
    assert subject["digest"] == {"dirHash": facts.entry.record.digest.removeprefix("sha256:")}
    build = found["predicate"]["buildDefinition"]
    assert re.match(r"https://", build["buildType"])
    assert re.match(r"https://", found["predicate"]["runDetails"]["builder"]["id"])
    assert build["externalParameters"]["objects"] == facts.spec_digests
    digests: Mapping[str, Any] = {d["name"]: d["digest"] for d in build["resolvedDependencies"]}
    assert digests["commit"] == {"gitCommit": facts.entry.record.commit}
    assert digests["data/sales.csv"] == {"gitBlob": git(root, "rev-parse", "HEAD:data/sales.csv").strip()}
    assert all(re.fullmatch(r"[0-9a-f]{40,64}", value) for digest in digests.values() for value in digest.values())


# ---------------------------------------------------------------------------------------------- what is missing, what is hostile

NAMES = [f"pipelines/models/demand/{n}.json" for n in ("evaluation", "split")] + [
    f"pipelines/data/sales/{n}.json" for n in ("validation", "profile")
]


@pytest.mark.parametrize(
    "content", [None, "", "[1, 2]", "{", '{"metrics": 3, "slices": [1], "rules": "x", "last": {"columns": 1}, "train": "y"}', "[["]
)
def test_missing_or_broken_reports_are_missing(tmp_path: Path, content: str | None) -> None:
    files = {p: t for p, t in SPEC_FILES.items() if p not in NAMES} | ({} if content is None else dict.fromkeys(NAMES, content))
    found = render(facts_of(make(tmp_path, files)))
    assert "**missing**: `evaluation.json`" in found["model-card.md"]
    assert "`split.json`" in found["model-card.md"]
    if content in (None, "", "{"):
        assert "**missing**: `validation.json`" in found["datasheet.md"]


def test_numbers_that_are_not_the_records_are_not_used(tmp_path: Path) -> None:
    forged = json.loads(SPEC_FILES["pipelines/models/demand/evaluation.json"])
    forged["metrics"]["mae"]["value"] = 0.1
    files = SPEC_FILES | {"pipelines/models/demand/evaluation.json": json.dumps(forged)}
    found = render(facts_of(make(tmp_path, files)))
    assert "By `shop`" not in found["model-card.md"]
    assert '"slice"' not in found["ml-bom.cdx.json"]


def test_what_users_write_stays_inert(root: Path) -> None:
    for name, text in render(facts_of(root)).items():
        if name.endswith(".md"):
            outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
            for hostile in ("<script", "<b>", "<i>", "@everyone", "@nobody", "javascript:", "## Fake", "- [x]", "e.example"):
                assert hostile not in outside, (name, hostile)


def test_a_version_that_was_promoted_nowhere_says_so(root: Path) -> None:
    found = render(facts_of(root, "v1.1.0"))
    assert "promoted nowhere" in found["model-card.md"]
    assert "**missing**: no promotion's claim" in found["model-card.md"]
    assert json.loads(found["index.json"])["environment"] is None


def test_an_environment_without_a_claim_uses_none(root: Path) -> None:
    assert facts_of(root, "v1.0.0", "production").claims == ()
    assert facts_of(root, "v1.0.0", "staging").claims != ()


def test_specs_that_can_not_be_read_any_more_are_told(tmp_path: Path) -> None:
    facts = facts_of(_later_readable(tmp_path))
    assert facts.project is None
    found = render(facts)
    assert "can't be read here" in found["index.md"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(found["ml-bom.cdx.json"]) is None


def _later_readable(root: Path) -> Path:
    """The record's commit has broken specs, today's are sound."""
    make(root, SPEC_FILES | {"specs/demand.yaml": "broken: ["})
    commit(root, {"specs/demand.yaml": SPEC_FILES["specs/demand.yaml"]}, 120)
    return root


# ---------------------------------------------------------------------------------------------- which version


def test_without_a_version_the_deployed_one_is_meant_else_the_newest(root: Path, tmp_path: Path) -> None:
    assert facts_of(root, None).version == "v1.1.0"
    git(tmp_path, "clone", "-q", str(root), "clone")
    digest = "sha256:" + "a" * 64
    deployed = f"target: local-rest, version: v1.0.0, digest: '{digest}', claim: '{digest}', previous: none}}"
    text = SPEC_FILES["environments/staging/demand.yaml"].replace("target: local-rest}", deployed)
    commit(tmp_path / "clone", {"environments/staging/demand.yaml": text}, 180)
    assert facts_of(tmp_path / "clone", None).version == "v1.0.0"


@pytest.mark.parametrize(
    ("model", "version", "environment", "code", "hint"),
    [
        ("model/demnd", None, None, "MLS0003", "demand"),
        ("model/demand", "v1.0.1", None, "MLS0790", "v1.0.0"),
        ("model/demand", None, "prod", "MLS0701", "production"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    root: Path, model: str, version: str | None, environment: str | None, code: str, hint: str
) -> None:
    with pytest.raises(Problems) as caught:
        gather(root, model, version, environment)
    [found] = caught.value.diagnostics
    assert found.code == code
    assert hint in str(found.help)


def test_a_model_without_versions_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--initial-branch", "main")
    commit(tmp_path, SPEC_FILES, 0)
    with pytest.raises(Problems, match="MLS0790"):
        facts_of(tmp_path, None)


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problems, match="MLS0791"):
        write(tmp_path / "file", {"a": "b"})


# ---------------------------------------------------------------------------------------------- tables


def test_annex_iv_has_every_item_and_claims_nothing(root: Path) -> None:
    assert [i.number for i in ITEMS] == [*(f"1({c})" for c in "abcdefgh"), *(f"2({c})" for c in "abcdefgh"), *"3456789"]
    text = render(facts_of(root))["eu-ai-act-annex-iv.md"]
    assert "no statement that anything conforms" in text
    assert not re.search(r"\b(complies|compliant|conformant|fulfilled)\b", text)


def test_the_score_is_the_least_of_the_four_sections(root: Path) -> None:
    assert [len(tests) for tests in SECTIONS.values()] == [7, 7, 7, 7]
    text = render(facts_of(root))["ml-test-score.md"]
    sums = [float(x) for x in re.findall(r"^## .*: ([0-9.]+) of 7$", text, re.MULTILINE)]
    assert len(sums) == 4
    assert score(facts_of(root)) == min(sums)
    assert f"**{min(sums):g}**" in text
    assert score(facts_of(root, "v1.1.0")) <= min(sums)
