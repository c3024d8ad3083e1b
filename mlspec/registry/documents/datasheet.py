"""datasheet.md: the seven sections of Gebru et al., "Datasheets for Datasets" (2021), for the source of a model's rows."""

from __future__ import annotations

from mlspec.language.kinds.data_source import Datasheet, DataSourceSpec
from mlspec.language.kinds.schedule import shown
from mlspec.registry.documents.facts import Facts, SourceFacts
from mlspec.registry.documents.words import facts_table, form, mapping, missing, number, said, sections
from mlspec.reports.markdown import code, table

FILE = "datasheet.md"


def render(facts: Facts) -> str:
    """The sheet; of a version whose specs can't be read, what is missing."""
    title = f"Datasheet: the data of {code(facts.name)} {facts.version}"
    if not facts.sources:
        return sections(title, [("Motivation", missing("the specs at the record's commit can't be read here"))])
    return sections(title, [part for source in facts.sources for part in _source(facts, source)])


def _source(facts: Facts, source: SourceFacts) -> list[tuple[str, str]]:
    envelope = source.bound.envelope
    sheet = envelope.spec.datasheet or Datasheet()
    licence = said(sheet.license, "write `datasheet.license`")
    name = f"{code(source.bound.ref)}: " + (code(envelope.metadata.description) if envelope.metadata.description else "no description")
    return [
        ("Motivation", f"{name}\n\n{said(sheet.motivation, 'write `datasheet.motivation` of the DataSource')}"),
        ("Composition", f"{said(sheet.composition, 'write `datasheet.composition`')}\n\n{_composition(facts, source)}"),
        ("Collection Process", f"{said(sheet.collection, 'write `datasheet.collection`')}\n\n{_collection(facts, envelope.spec)}"),
        ("Preprocessing, Cleaning and Labelling", f"{said(sheet.preprocessing, 'write `datasheet.preprocessing`')}\n\n{_cleaning(source)}"),
        ("Uses", f"{said(sheet.uses, 'write `datasheet.uses`')}\n\n{_uses(facts, source)}"),
        ("Distribution", f"{said(sheet.distribution, 'write `datasheet.distribution`')}\n\n### Licence\n\n{licence}"),
        ("Maintenance", f"{said(sheet.maintenance, 'write `datasheet.maintenance`')}\n\n{_upkeep(source)}"),
    ]


def _composition(facts: Facts, source: SourceFacts) -> str:
    last = mapping((source.profile or {}).get("last"))
    profiled = mapping(last.get("columns"))
    personal, rows = facts.personal(source), []
    for column in source.bound.envelope.spec.columns:
        found = mapping(profiled.get(column.name))
        span = f"{code(found['min'])} to {code(found['max'])}" if "min" in found and "max" in found and column.name not in personal else "-"
        rows.append(
            (
                code(column.name),
                column.type,
                "yes" if column.name in personal else "",
                code(column.description) if column.description else "-",
                number(found.get("missing")),
                span,
            )
        )
    count = number(last.get("rows")) if last else missing("`profile.json` is not at the record's commit")
    columns = table(("column", "type", "personal", "meaning", "missing", "range"), rows) if rows else missing("declare `columns`")
    return f"Rows after cleaning and validation: {count}.\n\n{columns}"


def _collection(facts: Facts, spec: DataSourceSpec) -> str:
    rows = [
        ("from", f"{spec.location_kind.name} {form(spec.location.canonical())}"),
        ("time column", code(spec.time_column) if spec.time_column else "-"),
    ]
    if spec.path:
        blob = facts.blobs.get(spec.path)
        rows.append(("in Git as", f"`{blob}`" if blob else "not in Git: kept by DVC"))
    return facts_table(rows)


def _cleaning(source: SourceFacts) -> str:
    spec = source.bound.envelope.spec
    steps = [f"{n}. {form(step.canonical())}" for n, step in enumerate(spec.clean, 1)]
    found = source.validation
    if found is None:
        checked = missing("`validation.json` is not at the record's commit")
    else:
        keys = ("rows", "passed", "warned", "failed", "quarantined")
        checked = facts_table(
            [(f"{key} {'rules' if key in keys[1:4] else 'rows'}".replace("rows rows", "rows"), number(found.get(key))) for key in keys]
        )
    rules = [(code(n), code(mapping(r).get("status", "-"))) for n, r in sorted(mapping((found or {}).get("rules")).items())]
    return "\n\n".join(
        [
            "Steps, in order:" if steps else "No steps of cleaning are declared.",
            *(["\n".join(steps)] if steps else []),
            f"Validation:\n\n{checked}",
            *([table(("rule", "status"), rules)] if rules else []),
        ]
    )


def _uses(facts: Facts, source: SourceFacts) -> str:
    models = sorted(n for n, m in (facts.project.models if facts.project else {}).items() if m.envelope.spec.data == source.bound.name)
    return f"Models of this project that are trained with it: {', '.join(map(code, models))}."


def _upkeep(source: SourceFacts) -> str:
    metadata, refresh = source.bound.envelope.metadata, source.bound.envelope.spec.refresh
    owner = code(metadata.owner) if metadata.owner else missing("write `metadata.owner` of the DataSource")
    return facts_table([("owner", owner), ("fetched again", code(shown(refresh.schedule)) if refresh else "not by schedule")])
