"""`mlspec evidence` of a version that was really trained and promoted: whole, valid, the same everywhere, without network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from support.promotion_world import World, read, run

pytestmark = pytest.mark.e2e


def pack(root: Path, *words: str) -> dict[str, str]:
    run(root, "evidence", "model/demand", *words, "--output", "pack", check=0)
    return {p.name: p.read_text() for p in (root / "pack").iterdir()}


def test_a_promoted_version(deployed: World) -> None:
    clone = deployed.clone("clone")
    shallow = deployed.clone("shallow", "--depth", "1")
    for gone in (deployed.remote, deployed.storage):
        gone.rename(gone.with_suffix(".gone"))
    files = pack(deployed.root)
    assert files == pack(clone, "v1.0.0", "--env", "staging")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(files["ml-bom.cdx.json"]) is None
    record = read(deployed.root, "registry/demand/v1.0.0.yaml")
    [subject] = json.loads(files["provenance.intoto.json"])["subject"]
    assert f"sha256:{subject['digest']['dirHash']}" == record["digest"]
    assert "`mae vs baseline, better by 10%`" in files["model-card.md"]
    assert "| rows | 150 |" in files["model-card.md"]
    assert "| quarantined rows | 0 |" in files["datasheet.md"]
    told = run(shallow, "evidence", "model/demand", "--output", "pack", check=0)
    assert "can't be read here" in told.err


def test_an_unknown_version_or_environment(deployed: World) -> None:
    for words, code in ((("v1.0.1",), "MLS0790"), (("--env", "prod"), "MLS0701")):
        result = run(deployed.root, "evidence", "model/demand", *words, check=1)
        assert f"error[{code}]" in result.err
    assert not (deployed.root / "evidence").exists()
