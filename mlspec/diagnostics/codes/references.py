"""Codes of documents, kinds, names and references."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0201": Code("not a spec", "A spec is a mapping with `apiVersion`, `kind`, `metadata` and `spec`, as in Kubernetes."),
    "MLS0202": Code("apiVersion missing or unknown", "This version of mlspec reads `apiVersion: mlspec/v1`."),
    "MLS0203": Code("unknown kind", "The kinds are Project, DataSource, ValidationRules, Model, KPISet, DeploymentTarget and Deployment."),
    "MLS0204": Code(
        "kind without a runtime",
        "The kind is part of the language's design; this version can't run it and refuses it rather than ignore it.",
    ),
    "MLS0205": Code(
        "object in the wrong place", "mlspec.yaml holds the one Project; every other object stands under specs/ or environments/."
    ),
    "MLS0207": Code(
        "unknown variable",
        "`${var.NAME}` names a variable that the Project does not declare, is not closed, or stands in a key; or `${env}` stands outside a Deployment.",
    ),
    "MLS0301": Code("declared twice", "Two objects of one kind have the same name. Both places are shown."),
    "MLS0302": Code(
        "reference to nothing", "The name refers to an object that no spec declares. References are plain names; the key tells the kind."
    ),
    "MLS0303": Code("two KPISets for one model", "A model has at most one KPISet, so that there is one answer to what it must reach."),
    "MLS0305": Code(
        "a source and a feature set of one name",
        "A model's `data` is a name alone, of a DataSource or a FeatureSet. Rename one of the two.",
    ),
    "MLS0306": Code(
        "a feature set that Feast has no place for",
        "`mlspec export feast` writes sets that have a `timeColumn`, and keys of text or whole numbers beside it; two sets that share a key share an entity.",
    ),
    "MLS0304": Code(
        "a circle",
        "Sources and feature sets read each other in a circle, by rules, by `from` or by the inputs of user code, so none can be made first. "
        "Remove one of them.",
    ),
}
