"""model-card.md: the nine sections of Mitchell et al., "Model Cards for Model Reporting" (2019)."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.project.data_columns import personal_features
from mlspec.compiler.project.personal import told
from mlspec.compiler.project.project import Bound
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.model import Card, Model
from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.words import decided, facts_table, form, interval, listed, mapping, missing, number, said, searched, sections
from mlspec.reports.markdown import code, table

FILE = "model-card.md"


def render(facts: Facts) -> str:
    """The card of one version."""
    bound = facts.model
    card = bound.envelope.spec.card if bound else Card()
    parts = [
        ("Model Details", _details(facts, bound.envelope if bound else None, card)),
        ("Intended Use", _use(facts, card)),
        ("Factors", _factors(facts, card)),
        ("Metrics", _metrics(facts, card)),
        ("Evaluation Data", _rows(facts, "test")),
        ("Training Data", _rows(facts, "train")),
        ("Quantitative Analyses", "\n\n".join(_analyses(facts))),
        ("Ethical Considerations", _ethics(facts, card)),
        ("Caveats and Recommendations", _caveats(card)),
    ]
    return sections(f"Model card: {code(facts.name)} {facts.version}", parts, _origin(facts))


def _origin(facts: Facts) -> str:
    notes = "".join(f" {code(note)}" for note in facts.notes)
    where = f"claims of {code(facts.environment)}" if facts.claims else "no claim: this version was promoted nowhere that was asked for"
    return f"Made by `mlspec evidence` from the record `{facts.entry.path}` ({facts.entry.digest}); {where}.{notes}"


def _details(facts: Facts, model: Model | None, card: Card) -> str:
    record = facts.entry.record
    rows = [
        ("version", facts.version),
        ("date", record.created_at),
        ("made by", code(record.created_by)),
        ("model digest", f"`{record.digest}`"),
        ("commit", f"`{record.commit}`"),
        ("libraries (lock file)", f"`{record.environment}`"),
    ]
    if model is not None:
        spec = model.spec.canonical()
        rows[:0] = [
            ("owner", code(model.metadata.owner) if model.metadata.owner else missing("write `metadata.owner` of the Model")),
            ("task", model.spec.task),
            ("target", code(model.spec.target) if model.spec.target else "none: it learns without one"),
            ("estimator", code(_algorithm(model))),
            (
                "parameters",
                form(model.spec.estimator.params) if model.spec.estimator else "of the project's own code",
            ),
        ]
        rows += [(key, form(value)) for key in ("weights", "classWeight", "calibrate", "threshold") if (value := spec.get(key)) is not None]
    rows += [("decided", code(line)) for line in decided((facts.report("train.json") or {}).get("decided"))]
    written = [
        ("### Description", said(model.metadata.description if model else None, "write `metadata.description` of the Model")),
        ("### Licence", said(card.license, "write `card.license`")),
        ("### Questions to", said(card.contact, "write `card.contact`")),
        ("### References", listed(card.references, "write `card.references`")),
    ]
    return "\n\n".join([facts_table(rows), *(f"{heading}\n\n{text}" for heading, text in written)])


def _algorithm(model: Model) -> str:
    spec = model.spec
    return spec.estimator.class_path if spec.estimator else spec.trainer.callable if spec.trainer else "a command"


def _use(facts: Facts, card: Card) -> str:
    standing = [f"`{d.ref}`" for d in _deployed(facts)]
    return "\n\n".join(
        [
            said(card.intended_use, "write `card.intendedUse`"),
            "### Users",
            listed(card.users, "write `card.users`"),
            "### Out of scope",
            said(card.out_of_scope, "write `card.outOfScope`"),
            f"Deployed: {', '.join(standing) if standing else 'nowhere'}.",
        ]
    )


def _deployed(facts: Facts) -> list[Bound[Deployment]]:
    found = (d for _, d in sorted(facts.here.deployments.items()))
    return [d for d in found if (d.envelope.spec.model, d.envelope.spec.version) == (facts.name, facts.version)]


def _factors(facts: Facts, card: Card) -> str:
    slices, fair = sorted(mapping(facts.evaluation.get("slices"))), sorted(mapping(facts.evaluation.get("fairness")))
    measured = [
        ("measured by group", ", ".join(map(code, slices)) or missing("declare a KPI with `slice`")),
        ("compared between groups", ", ".join(map(code, fair)) or missing("declare a KPI with `by`")),
    ]
    return f"{said(card.factors, 'write `card.factors`')}\n\n{facts_table(measured)}"


def _metrics(facts: Facts, card: Card) -> str:
    why = said(card.metrics, "write `card.metrics`: why these metrics fit the use")
    kpis = facts.project.kpis_of(facts.name, facts.environment) if facts.project else None
    if kpis is None:
        return f"{why}\n\n{missing('write a KPISet: it says what is measured, and what must be reached')}"
    spec = kpis.envelope.spec
    lines = "\n".join(f"- {code(kpi.text)}" for kpi in spec.kpis)
    return f"{why}\n\nWhat must be reached ({spec.confidence:.0%} intervals):\n\n{lines}"


def _rows(facts: Facts, side: str) -> str:
    artifact = getattr(facts.entry.record.artifacts, side)
    split_of = facts.report("split.json") or {}
    split = mapping(split_of.get(side))
    bound = facts.model
    rows = [
        ("rows", number(split.get("rows")) if split else missing("`split.json` is not at the record's commit")),
        ("from", code(split["first"]) if split.get("first") else "-"),
        ("to", code(split["last"]) if split.get("last") else "-"),
        ("file", code(artifact.path)),
        ("digest", f"`{artifact.digest}`"),
    ]
    if side == "train" and (search := searched(facts.report("best.json"))):
        rows.append(("search for params", search))
    if bound is not None:
        how = {k: v for k, v in bound.envelope.spec.split.canonical().items() if v not in (0.0, None)}
        rows.append(("split", form(how)))
        kind = "features" if any(s.bound.name == bound.envelope.spec.data for s in facts.sets) else "source"
        rows.append((kind, f"{code(bound.envelope.spec.data)}: see [the datasheet](datasheet.md)"))
        if bound.envelope.spec.labels:
            known = mapping(split_of.get("labels"))
            counts = f"{number(known.get('labelled'))} rows labelled, {number(known.get('unlabelled'))} left out"
            rows.append(("labels", f"{code(bound.envelope.spec.labels)}: {counts}"))
    return facts_table(rows)


def _analyses(facts: Facts) -> Iterator[str]:
    metrics = {name: estimate.canonical() for name, estimate in facts.entry.record.metrics.items()}
    base = mapping(facts.evaluation.get("baseline"))
    rows = [(code(name), interval(found), interval(base.get(name))) for name, found in metrics.items()]
    yield table(("metric", "value (interval)", "baseline"), rows) if rows else missing("the record has no metrics")
    claim = facts.claim
    if claim is not None and claim.gates:
        gates = [(code(g.kpi), code(g.subject), g.verdict, code(g.message)) for g in claim.gates]
        yield f"Gates of the claim for {code(claim.subject.environment)}, judged {claim.evaluated_at}:"
        yield table(("KPI", "subject", "verdict", "finding"), gates)
    else:
        yield missing("no promotion's claim: `mlspec promote` judges the gates")
    if not facts.evaluation:
        yield missing("`evaluation.json` at the record's commit, with the record's numbers: no figures by group")
    yield from _by_group(facts)


def _by_group(facts: Facts) -> Iterator[str]:
    if classes := mapping(facts.evaluation.get("classes")):
        shares = ("precision", "recall", "f1")
        rows = [(code(name), *(number(mapping(found).get(k)) for k in ("rows", *shares))) for name, found in classes.items()]
        yield "By class:"
        yield table(("class", "rows", *shares), rows)
    for column, values in sorted(mapping(facts.evaluation.get("slices")).items()):
        rows = [(code(value), number(mapping(found).get("rows")), *_of_slice(found)) for value, found in sorted(mapping(values).items())]
        yield f"By {code(column)}:"
        yield table(("value", "rows", "metrics"), rows)
    for column, found in sorted(mapping(facts.evaluation.get("fairness")).items()):
        yield f"Compared between values of {code(column)}:"
        for metric, spread in sorted(mapping(found).items()):
            counts = mapping(mapping(spread).get("rows"))
            rows = [(code(name), number(counts.get(name)), number(value)) for name, value in mapping(mapping(spread).get("groups")).items()]
            yield table((code(column), "rows", code(metric)), rows)
            yield f"{code(metric)} differs by {interval(mapping(spread).get('difference'))}."


def _of_slice(found: object) -> tuple[str]:
    shown = [f"{code(name)} {interval(estimate)}" for name, estimate in sorted(mapping(found).items()) if isinstance(estimate, dict)]
    return (", ".join(shown),)


def _ethics(facts: Facts, card: Card) -> str:
    personal = dict.fromkeys(name for source in facts.sources for name in facts.personal(source))
    where = "sources" if len(facts.sources) > 1 else "source"
    marked = f"Columns of the {where} that are marked as personal data: {', '.join(map(code, personal)) or 'none'}. {_reached(facts)}"
    risks = f"### Risks\n\n{said(card.risks, 'write `card.risks`')}"
    return f"{said(card.ethical_considerations, 'write `card.ethicalConsiderations`')}\n\n{risks}\n\n{marked}"


def _reached(facts: Facts) -> str:
    """Which personal data the model itself takes in."""
    if facts.model is None or facts.project is None:
        return "Whether any is a feature is not known."
    return f"Personal data among the features: {', '.join(map(code, told(personal_features(facts.project, facts.name)))) or 'none'}."


def _caveats(card: Card) -> str:
    limits = said(card.limitations, "write `card.limitations`")
    return f"{said(card.caveats, 'write `card.caveats`')}\n\n### Limitations\n\n{limits}"
