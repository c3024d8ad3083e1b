"""What a Policy asks of a model that is deployed where it holds, as far as specs can show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mlspec.compiler.project.data_columns import declared_columns
from mlspec.compiler.project.personal import Personal, personal_flow
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Related

_CARD = {"intendedUse": "intended_use", "limitations": "limitations"}


def policy_problems(project: Project) -> list[Diagnostic]:
    """Warnings for every deployment that a Policy would refuse a promotion to. Training goes on; `mlspec promote` refuses."""
    found = []
    for deployment in project.deployments.values():
        environment, name = deployment.envelope.metadata.environment, deployment.envelope.spec.model
        model = project.models.get(name)
        if model is not None:
            policies = project.policies_of(environment)
            found += [replace(d, severity="warning") for d in unmet(policies, project, model, project.kpis_of(name, environment))]
    return list(dict.fromkeys(found))


def unmet(policies: Iterable[Bound[Any]], project: Project, model: Bound[Any], kpis: Bound[Any] | None) -> list[Diagnostic]:
    """Return an error for each requirement that the specs of `model` don't meet. `kpis` are those it is judged by."""
    found: list[Diagnostic] = []
    for policy in policies:
        found += [*_missing_gates(policy, model, kpis), *_missing_card(policy, model), *_personal_data(policy, project, model)]
    return found


def _missing_gates(policy: Bound[Any], model: Bound[Any], kpis: Bound[Any] | None) -> Iterator[Diagnostic]:
    asked = policy.envelope.spec.require.kpis
    have = kpis.envelope.spec.kpis if kpis else ()
    rules = {
        "versusChampion": (asked.versus_champion, any(k.versus == "champion" for k in have), "a comparison with the champion"),
        "versusBaseline": (asked.versus_baseline, any(k.versus == "baseline" for k in have), "a comparison with the baseline"),
        "slices": (asked.slices, any(k.slice or k.by for k in have), "a KPI within slices or between groups"),
    }
    at = kpis.document.span(["spec", "kpis"], key=True) if kpis else model.document.span(["metadata", "name"])
    for key, (is_asked, is_there, what) in rules.items():
        if is_asked and not is_there:
            message = f"`{model.ref}` has no {what.removeprefix('a ')}, which the Policy `{policy.name}` requires"
            yield Diagnostic("MLS0441", message, at, f"add {what} to its KPISet", related=_required(policy, "kpis", key))


def _missing_card(policy: Bound[Any], model: Bound[Any]) -> Iterator[Diagnostic]:
    for index, part in enumerate(policy.envelope.spec.require.card):
        card = model.envelope.spec.card
        if not (getattr(card, _CARD[part]) or "").strip():
            message = f"the card of `{model.ref}` says nothing of `{part}`, which the Policy `{policy.name}` requires"
            span = model.document.span(["spec", "card"], key=True)
            yield Diagnostic("MLS0442", message, span, f"write `card: {{{part}: …}}`", related=_required(policy, "card", index))


def _personal_data(policy: Bound[Any], project: Project, model: Bound[Any]) -> Iterator[Diagnostic]:
    data = project.data_of(model.envelope.spec.data)
    if data is None or (policy.envelope.spec.forbid.pii is None and not policy.envelope.spec.require.pseudonymised):
        return
    features, declared = features_of(model.envelope.spec, data), declared_columns(project, data)
    for column, personal in sorted(personal_flow(project, data).items()):
        if declared is None or column in declared or column in features:
            yield from _forbidden(policy, model, column, personal, is_feature=column in features, leave=_leaving(data, column))
            yield from _plain(policy, model, column, personal)


def _forbidden(
    policy: Bound[Any], model: Bound[Any], column: str, personal: Personal, *, is_feature: bool, leave: str
) -> Iterator[Diagnostic]:
    forbidden = policy.envelope.spec.forbid.pii
    if forbidden == "data" or (forbidden == "features" and is_feature):
        where, key = ("a feature", "features") if is_feature else ("a column", "data")
        advice = f"exclude it: `features: {{exclude: [{column}]}}`" if forbidden == "features" else leave
        message = f"`{column}` is personal data and {where} of `{model.ref}`, which the Policy `{policy.name}` forbids"
        related = (Related(policy.document.span(["spec", "forbid", "pii"], key=True), f"forbidden here; it comes from {personal.origin}"),)
        yield Diagnostic("MLS0443", message, model.document.span(["spec", key], key=True), advice, related=related)


def _leaving(data: Bound[Any], column: str) -> str:
    """How its rows go without a column."""
    if data.envelope.kind == "DataSource":
        return f"drop it: `clean: [{{drop: [{column}]}}]`"
    return f"leave `{column}` out of what {data.ref} selects, and of its `columns`"


def _plain(policy: Bound[Any], model: Bound[Any], column: str, personal: Personal) -> Iterator[Diagnostic]:
    if policy.envelope.spec.require.pseudonymised and not personal.pseudonymised:
        message = f"`{column}` of `{model.ref}` is personal data and not pseudonymised, which the Policy `{policy.name}` requires"
        advice = f"pseudonymise {personal.origin}: `clean: [{{pseudonymise: {{column: …, key: …}}}}]`; or drop it"
        yield Diagnostic("MLS0451", message, model.document.span(["spec", "data"]), advice, related=_required(policy, "pseudonymised"))


def features_of(spec: Any, source: Bound[Any] | None) -> set[str]:
    """The columns that a model takes as features, as far as the source declares its columns."""
    if spec.features.include is not None:
        return set(spec.features.include)
    declared = source.envelope.spec if source else None
    names = {c.name for c in declared.columns if c.type not in ("date", "timestamp")} if declared else set()
    left_out = {spec.target, *spec.features.exclude, *(declared.key if declared else ())}
    return names - left_out


def _required(policy: Bound[Any], *route: str | int) -> tuple[Related, ...]:
    return (Related(policy.document.span(["spec", "require", *route], key=isinstance(route[-1], str)), "required here"),)
