"""A DataSource and its rules -> ingest, clean, validate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked, code_files, code_params, each_once, input_paths, input_refs
from mlspec.compiler.project import as_read
from mlspec.compiler.project.column_rules import column_rules
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.compiler.project.layout import SOURCE_STATE, source_folder, source_output
from mlspec.compiler.project.paths import relative, up
from mlspec.compiler.project.project import Bound, Project
from mlspec.compiler.project.text_columns import text_columns
from mlspec.language.kinds.data_source import format_of


def source_pipeline(project: Project, bound: Bound[Any], inputs: Inputs) -> Pipeline:
    """Return the pipeline of a source. Its upstream is what it is made of, and what its rules read."""
    folder, spec = source_folder(bound.name), bound.envelope.spec
    locks = project.settings.envelope.spec.locks
    rules, elsewhere = _rules(project, bound.name, folder)
    judges = [rule.python for b in project.rules_of(bound.name) for rule in b.envelope.spec.rules if rule.python]
    against = {
        r[key]["source" if key == "references" else "against"] for r in rules for key in ("references", "drift") if "path" in r.get(key, {})
    }
    personal = sorted(personal_columns(project, bound))
    upstream = sorted(
        {*project.made_of(bound), *(f"source/{name}" for name in against), *(ref for code in judges for ref in input_refs(code))}
    )
    ingest = Stage(
        "ingest",
        "Read the rows as they are",
        each_once(*locks, *as_tracked(inputs, _location_deps(spec)), *code_files(inputs, _callables(spec))),
        _ingest_outs(spec, folder),
        _ingest_params(spec, folder, personal),
    )
    clean = Stage(
        "clean",
        "Clean and type the columns",
        (f"{folder}/raw.parquet", *locks),
        (Out(f"{folder}/clean.parquet"),),
        _clean_params(spec, personal),
    )
    validate = Stage(
        "validate",
        "Check the rules; stop before training when one fails",
        each_once(
            f"{folder}/clean.parquet",
            *locks,
            *as_tracked(inputs, sorted({*map(source_output, against), *(path for code in judges for path in input_paths(code).values())})),
            *code_files(inputs, [r["python"]["callable"] for r in rules if "python" in r]),
        ),
        (
            # DVC removes outputs before a run, but for those that persist: a rule that fails leaves the last good rows where they are
            Out(f"{folder}/valid.parquet", persist=True),
            Out(f"{folder}/quarantine.parquet", persist=True),
            Out(f"{folder}/validation.json", cache=False),
            Out(f"{folder}/profile.json", cache=False, persist=True),
        ),
        _validate_params(spec, rules, personal),
        engine=elsewhere,
    )
    return Pipeline(bound.ref, folder, bound.path, (ingest, clean, validate), upstream=tuple(upstream))


def _location_deps(spec: Any) -> tuple[str, ...]:
    made_of = input_paths(spec.python or spec.from_).values() if spec.python or spec.from_ else ()
    return (*made_of, *(read.depends for read in spec.location.reads()))


def _callables(spec: Any) -> list[str]:
    code = spec.python or (spec.from_ and spec.from_.python)
    return [code.callable] if code else []


def _ingest_outs(spec: Any, folder: str) -> tuple[Out, ...]:
    """DVC removes outputs before a run, but for those that persist: where a reading fails, or finds nothing new, the last rows stay."""
    remembers = spec.location_kind.remembers
    state = (Out(f"{folder}/{SOURCE_STATE}", cache=False, persist=True),) if remembers else ()
    return (Out(f"{folder}/raw.parquet", persist=remembers), *state)


def _ingest_params(spec: Any, folder: str, personal: list[str]) -> dict[str, Any]:
    params: dict[str, Any] = {
        "format": spec.resolved_format,
        "read": spec.read.canonical(),
        "text": text_columns(spec),
        "types": as_read.types(spec),
    }
    if pii := as_read.personal(spec) + [name for name in personal if name not in {c.name for c in spec.columns}]:
        params["pii"] = pii
    if spec.location.named() is None:
        del params["format"]
    if spec.sql or spec.from_:
        del params["read"]
        params["key"] = as_read.key(spec)
    params[spec.location_kind.name] = (
        _made(spec.from_, folder) if spec.from_ else code_params(spec.python) if spec.python else _section(spec, folder)
    )
    return params


def _made(made: Any, folder: str) -> dict[str, Any]:
    """What is declared of a source that is made of others. Inputs of a function are paths from the root, those of a SELECT the stage's."""
    if made.python:
        return {"python": code_params(made.python) | {"inputs": input_paths(made)}}
    found = {alias: {"path": relative(path, folder)} for alias, path in input_paths(made).items()}
    for alias, given in made.inputs.items():
        found[alias] |= {"format": str(format_of(given.file))} if given.file else {}
    return {"inputs": found, "sql": up(folder) + made.sql}


def _section(spec: Any, folder: str) -> dict[str, Any]:
    """What is declared of the location, with the repository's paths as the stage finds them."""
    found: dict[str, Any] = spec.location.canonical()
    return found | {read.key: up(folder) + read.path for read in spec.location.reads()}


def _clean_params(spec: Any, personal: list[str]) -> dict[str, Any]:
    pii = _personal(spec, personal)  # so that no message shows what stands in them
    return ({"pii": pii} if pii else {}) | {
        "steps": [step.canonical() for step in spec.clean],
        "columns": [{"name": c.name, "type": c.type} for c in spec.columns],
        "extraColumns": spec.extra_columns,
        "sort": list(dict.fromkeys([*([spec.time_column] if spec.time_column else []), *spec.key])),
    }


def _personal(spec: Any, personal: list[str]) -> list[str]:
    """The columns marked here, in order, then those that are marked where they come from."""
    own = [c.name for c in spec.columns if c.pii]
    return [*own, *(name for name in personal if name not in own)]


def _validate_params(spec: Any, rules: list[dict[str, Any]], personal: list[str]) -> dict[str, Any]:
    params: dict[str, Any] = {"key": list(spec.key), "rules": rules, "pii": _personal(spec, personal)}
    if spec.time_column:
        params["timeColumn"] = spec.time_column
    return params


def _rules(project: Project, source: str, folder: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rules of a source, each with a name of its own, and which of them are asked of a cluster."""
    rules: list[dict[str, Any]] = []
    engines: list[Any] = []
    for bound in project.rules_of(source):
        for rule in bound.envelope.spec.rules:
            form = rule.canonical() | {"onFailure": rule.on_failure or bound.envelope.spec.on_failure}
            form |= {"python": code_params(rule.python)} if rule.python else {}
            rules.append(_with_paths(form | {"name": rule.name or _default_name(rule)}, folder))
            engines.append(None if rule.python or rule.drift else bound.envelope.spec.engine)
    said = [{key: value for key, value in form.items() if key != "name"} for form in rules]
    own = [rule for _, rule in column_rules(project.sources[source].envelope.spec) if rule.canonical() not in said]
    named = _unique_names([*(rule.canonical() | {"name": _default_name(rule)} for rule in own), *rules])
    return named, _elsewhere(zip(named[len(own) :], engines, strict=True))


def _elsewhere(placed: Iterable[tuple[dict[str, Any], Any]]) -> dict[str, Any]:
    """The section `engine` of params.yaml: by variable the names of the rules, and how long all of them may take."""
    found: dict[str, dict[str, Any]] = {}
    for rule, engine in placed:
        if engine is not None:
            own = found.setdefault(engine.spark, {"rules": [], "seconds": 0.0})
            own["rules"].append(rule["name"])
            own["seconds"] = max(own["seconds"], engine.timeout)
    return {"spark": found} if found else {}


def _with_paths(form: dict[str, Any], folder: str) -> dict[str, Any]:
    """Add where the other source's rows are, relative to the stage's folder."""
    if "references" in form:
        form["references"] |= {"path": up(folder) + source_output(form["references"]["source"])}
    if "drift" in form and form["drift"]["against"] not in ("previous", "first"):
        form["drift"] |= {"path": up(folder) + source_output(form["drift"]["against"])}
    return form


def _default_name(rule: Any) -> str:
    form = rule.canonical()
    if rule.column:
        checks = [k for k in form if k not in ("column", "name", "onFailure")]
        return f"{rule.column}-{'-'.join(checks)}"
    key = next(k for k in form if k not in ("name", "onFailure"))
    columns = form[key] if key == "unique" else [form[key]["column"]] if isinstance(form[key], dict) and "column" in form[key] else []
    return "-".join([key, *columns])


def _unique_names(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number the names that come again, so that a report names one rule."""
    seen: dict[str, int] = {}
    for rule in rules:
        count = seen[rule["name"]] = seen.get(rule["name"], 0) + 1
        if count > 1:
            rule["name"] += f"-{count}"
    return rules
