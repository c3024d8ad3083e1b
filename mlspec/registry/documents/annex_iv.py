"""eu-ai-act-annex-iv.md: the items of Annex IV of Regulation (EU) 2024/1689, with what the repository has for each, or who must write what.

The items are told in our own words; the Regulation's text alone counts. The table finds evidence, and never says that anything conforms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mlspec.compiler.project.layout import WORKFLOW_PLACES
from mlspec.language.kinds.model import Card
from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.words import LONG, form, sections
from mlspec.reports.markdown import code, table

FILE = "eu-ai-act-annex-iv.md"
INTRO = (
    "Technical documentation under Article 11(1) of Regulation (EU) 2024/1689 has the items below; they are shortened here, and the "
    "Regulation's own text counts. The last column says what this repository holds, with its place or digest. **This is no statement that "
    "anything conforms**, nor that the Regulation applies: people with that duty decide."
)


@dataclass(frozen=True, slots=True)
class Item:
    """`find` returns what was found, as Markdown, or None; `fix`: who must write what, then."""

    number: str
    text: str
    find: Callable[[Facts], str | None]
    fix: str


def render(facts: Facts) -> str:
    """The table, and how many items have some evidence."""
    found = [(item, item.find(facts)) for item in ITEMS]
    rows = [(item.number, item.text, evidence or f"**missing**: {item.fix}") for item, evidence in found]
    count = f"Some evidence was found for {sum(e is not None for _, e in found)} of {len(found)} items."
    return sections(
        f"Annex IV: {code(facts.name)} {facts.version}", [("Items", table(("item", "asks for", "found"), rows)), ("Sum", count)], INTRO
    )


def _card(facts: Facts) -> Card:
    return facts.model.envelope.spec.card if facts.model else Card()


def _nothing(_: Facts) -> str | None:
    return None


def _written(text: str | None) -> str | None:
    return code(text, LONG) if text and text.strip() else None


def _purpose(facts: Facts) -> str | None:
    use, owner = _written(_card(facts).intended_use), facts.model.envelope.metadata.owner if facts.model else None
    if use is None or not owner:
        return None
    before = [e.record.version for e in facts.versions if e.record.version != facts.version]
    return f"{use}; owner {code(owner)}; version {facts.version} (`{facts.entry.digest}`); others: {', '.join(before) or 'none'}"


def _software(facts: Facts) -> str | None:
    return f"libraries with exact versions: [ml-bom.cdx.json](ml-bom.cdx.json), lock `{facts.entry.record.environment}`"


def _forms(facts: Facts) -> str | None:
    found = [d for _, d in sorted(facts.here.deployments.items()) if d.envelope.spec.model == facts.name]
    if not found:
        return None
    return "; ".join(f"`{d.ref}` by {form(facts.here.target_of(d).envelope.spec.canonical())}" for d in found)


def _hardware(facts: Facts) -> str | None:
    found = [d for _, d in sorted(facts.here.deployments.items()) if d.envelope.spec.model == facts.name]
    labels = {str(runs) for d in found if (runs := facts.here.target_of(d).envelope.spec.runs_on)}
    return f"runners of the deployment targets: {', '.join(map(code, sorted(labels)))}" if labels else None


def _development(facts: Facts) -> str | None:
    if facts.model is None:
        return None
    return f"[provenance.intoto.json](provenance.intoto.json): commit `{facts.entry.record.commit}`, specs `{facts.entry.record.spec}`"


def _design(facts: Facts) -> str | None:
    bound = facts.model
    if bound is None:
        return None
    spec = bound.envelope.spec
    algorithm = spec.estimator.class_path if spec.estimator else spec.trainer.callable if spec.trainer else "a command"
    why = _written(_card(facts).metrics)
    of = f" of {code(spec.target)}" if spec.target else ""
    return f"{spec.task}{of} by {code(algorithm)}" + (f"; why these metrics: {why}" if why else "; no rationale (`card.metrics`)")


def _architecture(facts: Facts) -> str | None:
    lock = facts.digest_of(f"{facts.folder}/dvc.lock")
    return f"pipeline of stages in `{facts.folder}/dvc.lock` (`{lock}`); computing resources are not recorded" if lock else None


def _data(facts: Facts) -> str | None:
    return f"[datasheet.md](datasheet.md); training rows `{facts.entry.record.artifacts.train.digest}`" if facts.sources else None


def _testing(facts: Facts) -> str | None:
    claim = facts.claim
    if claim is None or not claim.gates:
        return None
    signed = ", ".join(f"`{path}` (`{digest}`)" for path, digest in facts.signatures.items())
    return (
        f"{len(claim.gates)} gates judged {claim.evaluated_at} on test rows `{facts.entry.record.artifacts.test.digest}`: "
        f"[model-card.md](model-card.md); "
        f"signatures: {signed or 'none (`spec.signing`)'}; that a responsible person signs is for people to see to"
    )


def _performance(facts: Facts) -> str | None:
    limits, risks = _written(_card(facts).limitations), _written(_card(facts).risks)
    if limits is None and risks is None:
        return None
    return f"limits: {limits or 'not written'}; risks: {risks or 'not written'}; figures by group: [model-card.md](model-card.md)"


def _risks(facts: Facts) -> str | None:
    return _written(_card(facts).risks)


def _changes(facts: Facts) -> str | None:
    found = [f"{c.claim.subject.version} to {c.claim.subject.environment} {c.claim.evaluated_at}" for c in facts.everywhere]
    return f"{len(facts.versions)} versions in `registry/{facts.name}/`; {'; '.join(found)}" if found else None


def _after(facts: Facts) -> str | None:
    path = next((p for place in WORKFLOW_PLACES if facts.digest_of(p := f"{place}/mlspec-monitor.yml")), "")
    digest = facts.digest_of(path)
    return f"`{path}` (`{digest}`) checks what is deployed by schedule; the plan itself is for people to write" if digest else None


ITEMS = (
    Item(
        "1(a)",
        "intended purpose, provider, version and its relation to earlier ones",
        _purpose,
        "the model's owner: `card.intendedUse`, `metadata.owner`",
    ),
    Item(
        "1(b)",
        "how it works together with hardware or software that is no part of it",
        _nothing,
        "the owner: a document on its surroundings",
    ),
    Item("1(c)", "versions of software and firmware, and what updates need", _software, "the owner: a lock file"),
    Item("1(d)", "the forms in which it is put on the market or into service", _forms, "the platform team: a Deployment"),
    Item(
        "1(e)", "the hardware that it is meant to run on", _hardware, "the platform team: `runsOn` of the DeploymentTarget, or a document"
    ),
    Item(
        "1(f)",
        "where it is part of a product: pictures of outside, marking and inside",
        _nothing,
        "the product's maker, where it is part of one",
    ),
    Item("1(g)", "the user interface of the deployer, in short", _nothing, "the platform team: a document"),
    Item("1(h)", "instructions for use for the deployer", _nothing, "the owner: instructions for use"),
    Item(
        "2(a)",
        "how it was developed, and what pre-trained systems or tools of others were used",
        _development,
        "the owner: merge the specs",
    ),
    Item(
        "2(b)",
        "design: logic, algorithms, main choices and why, what is optimised, trade-offs",
        _design,
        "the owner: the Model, and `card.metrics`",
    ),
    Item(
        "2(c)",
        "architecture: how the parts build on each other, and computing resources used",
        _architecture,
        "CI: run and commit the pipeline",
    ),
    Item("2(d)", "data: datasheets, provenance, selection, labelling, cleaning", _data, "the data's owner: `datasheet` of the DataSource"),
    Item(
        "2(e)",
        "human oversight: what is needed, and what helps people to read the outputs",
        lambda f: _written(_card(f).human_oversight),
        "the owner: `card.humanOversight`",
    ),
    Item(
        "2(f)",
        "changes that were determined beforehand, and how it keeps complying",
        _nothing,
        "the owner: a document, where there are such changes",
    ),
    Item(
        "2(g)",
        "validation and testing: data, metrics, possible discrimination, dated and signed reports",
        _testing,
        "CI: `mlspec promote` judges the gates",
    ),
    Item("2(h)", "measures of cybersecurity", _nothing, "the security team: a document"),
    Item(
        "3",
        "monitoring and control: abilities and limits, accuracy by group, foreseeable harm, oversight, input data",
        _performance,
        "the owner: `card.limitations`, `card.risks`",
    ),
    Item("4", "why the performance metrics fit", lambda f: _written(_card(f).metrics), "the owner: `card.metrics`"),
    Item("5", "the risk management system (Article 9)", _risks, "the risk owner: a document, and `card.risks` to point at it"),
    Item("6", "relevant changes through the lifecycle", _changes, "CI: claims come by `mlspec promote`"),
    Item("7", "harmonised standards applied, or the solutions in their place", _nothing, "the compliance team: a list"),
    Item("8", "a copy of the EU declaration of conformity (Article 47)", _nothing, "the provider: the declaration"),
    Item(
        "9",
        "how performance is watched after placing on the market, with the plan (Article 72)",
        _after,
        "the owner: a post-market monitoring plan",
    ),
)
"""1(a) to (h), 2(a) to (h), 3 to 9."""
