"""The pack: every document of one version, an index with their digests, written to a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.diagnostics.digest import bytes_digest
from mlspec.diagnostics.render.json_text import dump
from mlspec.registry.documents import annex_iv, datasheet, ml_bom, ml_test_score, model_card, provenance, reproduced
from mlspec.registry.documents.facts import Facts, gather
from mlspec.registry.documents.words import sections
from mlspec.reports.markdown import code, table

ABOUT = {
    model_card.FILE: "model card, after Mitchell et al.",
    datasheet.FILE: "datasheet of the data, after Gebru et al.",
    ml_bom.FILE: "bill of materials, CycloneDX 1.6",
    provenance.FILE: "provenance, in-toto Statement v1 with SLSA v1; unsigned",
    annex_iv.FILE: "items of Annex IV of Regulation (EU) 2024/1689, and what was found",
    ml_test_score.FILE: "the 28 tests of the ML Test Score, and what was found",
    reproduced.FILE: "`mlspec reproduce`: this version made again from its commit, as somebody ran it and committed the report",
}
DOCUMENTS = (model_card, datasheet, ml_bom, provenance, annex_iv, ml_test_score)
INDEX, INDEX_PAGE = "index.json", "index.md"


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """The documents of a version, in memory: {file: text}, and the facts they were made of."""

    facts: Facts
    files: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<EvidencePack of {self.facts.name} {self.facts.version}: {', '.join(sorted(self.files))}>"

    @property
    def gaps(self) -> int:
        """How many places are marked as missing, since nobody wrote what belongs there."""
        return sum(text.count("**missing**") for text in self.files.values())

    def write(self, folder: Path) -> None:
        """Write the files to a folder, each by rename, the index last. Raises MLS0791 when it can't be written."""
        write(folder, dict(self.files))


def make_pack(root: Path, model: str, version: str | None = None, environment: str | None = None) -> EvidencePack:
    """Everything from Git, nothing is fetched. `version` None: what is deployed last, or the newest. Raises what `gather` raises."""
    facts = gather(root, model, version, environment)
    return EvidencePack(facts, render(facts))


def render(facts: Facts) -> dict[str, str]:
    """{file: text}: the documents, and index.json and index.md that list them. The same facts give the same bytes."""
    files = {document.FILE: document.render(facts) for document in DOCUMENTS}
    if facts.reproduction is not None:
        files[reproduced.FILE] = facts.reproduction.decode()
    listed = {name: bytes_digest(text.encode()) for name, text in sorted(files.items())}
    return files | {INDEX: _index(facts, listed), INDEX_PAGE: _page(facts, listed)}


def _index(facts: Facts, listed: dict[str, str]) -> str:
    record = facts.entry.record
    form = {
        "version": 1,
        "model": facts.name,
        "modelVersion": facts.version,
        "digest": record.digest,
        "record": {"path": facts.entry.path, "digest": facts.entry.digest},
        "environment": facts.environment if facts.claims else None,
        "claims": [{"path": c.path, "digest": c.digest} for c in facts.claims],
        "recordCommit": record.commit,
        "signatures": dict(facts.signatures),
        "notes": list(facts.notes),
        "files": listed,
    }
    return dump(form, sort_keys=True)


def _page(facts: Facts, listed: dict[str, str]) -> str:
    rows = [(f"[{name}]({name})", ABOUT[name], f"`{digest}`") for name, digest in listed.items()]
    used = ", ".join(code(c.path) for c in facts.claims) or "none"
    where = f"Claims used: {used}" + (f" (environment {code(facts.environment)})." if facts.claims else ".")
    intro = f"Record `{facts.entry.path}` (`{facts.entry.digest}`), model `{facts.entry.record.digest}`. {where}"
    notes = [("Notes", "\n".join(f"- {code(n)}" for n in facts.notes))] if facts.notes else []
    return sections(f"Evidence: {code(facts.name)} {facts.version}", [("Files", table(("file", "what", "sha256"), rows)), *notes], intro)


def write(folder: Path, files: dict[str, str]) -> None:
    """Write the files, each by rename, the index last. Raises MLS0791 when the folder can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda n: (n == INDEX, n)):
            replace_file(folder / name, files[name].encode(), prefix=".mlspec-evidence-", durable=False)
    except OSError as error:
        raise problem("MLS0791", f"{folder} can't be written: {error.strerror}", help="name another folder by --output") from error
