"""datasheet.md: the seven sections of Gebru et al., "Datasheets for Datasets" (2021), for the sources of a model's rows;
before them, how feature sets make of these what the model reads.
"""

from __future__ import annotations

from mlspec.compiler.project.data_columns import personal_columns
from mlspec.language.kinds.data_source import Datasheet, DataSourceSpec
from mlspec.language.kinds.schedule import shown
from mlspec.registry.documents.facts import Facts, SetFacts, SourceFacts
from mlspec.registry.documents.words import facts_table, form, mapping, missing, number, said, sections
from mlspec.reports.markdown import code, table

FILE = "datasheet.md"


def render(facts: Facts) -> str:
    """The sheet; of a version whose specs can't be read, what is missing."""
    title = f"Datasheet: the data of {code(facts.name)} {facts.version}"
    if not facts.sources:
        return sections(title, [("Motivation", missing("the specs at the record's commit can't be read here"))])
    sets = [(f"Features ({one.bound.ref})", _set(facts, one)) for one in facts.sets]
    parts = [(f"{heading}{_of(facts, source)}", text) for source in facts.sources for heading, text in _source(facts, source)]
    return sections(title, [*sets, *parts])


def _of(facts: Facts, source: SourceFacts) -> str:
    """Which source a section is about, where there are several."""
    return f" ({source.bound.ref})" if len(facts.sources) > 1 else ""


def _set(facts: Facts, one: SetFacts) -> str:
    spec, report = one.bound.envelope.spec, one.report or {}
    described = one.bound.envelope.metadata.description
    found, look = mapping(report.get("columns")), mapping(report.get("lookAhead"))
    declared = {c.name: c for c in spec.columns}
    personal = personal_columns(facts.project, one.bound) if facts.project else {}
    columns = [
        (
            code(name),
            code(found.get(name, declared[name].type if name in declared else "-")),
            "yes" if name in personal else "",
            code(declared[name].description) if name in declared and declared[name].description else "-",
        )
        for name in dict.fromkeys([*found, *declared])
    ]
    reads = {alias: facts.project.input_ref(given) for alias, given in spec.inputs.items()} if facts.project else {}
    by = (
        f"{code(spec.sql)}, in Git as `{facts.blobs.get(spec.sql, '-')}`" if spec.sql else code(spec.python.callable if spec.python else "")
    )
    rows = [
        ("rows", number(report.get("rows")) if report else missing("`features.json` is not at the record's commit")),
        ("a row for each row of", code(reads.get(spec.resolved_spine, spec.resolved_spine))),
        ("made of", ", ".join(map(code, dict.fromkeys(reads.values())))),
        ("by", by),
        *((f"{alias}, as of", form(join)) for alias, join in spec.canonical()["asOf"].items()),
        ("looked for values of the future", f"{number(look.get('cuts'))} cuts" if look.get("cuts") else "no"),
    ]
    text = f"{code(described) if described else 'no description'}\n\n{facts_table(rows)}"
    return f"{text}\n\n{table(('column', 'type', 'personal', 'meaning'), columns)}" if columns else text


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
    project = facts.project
    models = sorted(n for n in (project.models if project else ()) if project and source.bound.ref in {b.ref for b in project.closure(n)})
    return f"Models of this project that are trained with it: {', '.join(map(code, models))}."


def _upkeep(source: SourceFacts) -> str:
    metadata, refresh = source.bound.envelope.metadata, source.bound.envelope.spec.refresh
    owner = code(metadata.owner) if metadata.owner else missing("write `metadata.owner` of the DataSource")
    return facts_table([("owner", owner), ("fetched again", code(shown(refresh.schedule)) if refresh else "not by schedule")])
