"""A LabelSet -> labels: what annotators said, settled, and tied to the source's rows."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked, each_once
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.compiler.project.layout import labels_folder, source_output
from mlspec.compiler.project.paths import relative, up
from mlspec.compiler.project.project import Bound, Project


def labels_pipeline(project: Project, bound: Bound[Any], inputs: Inputs) -> Pipeline:
    """Return the pipeline of a label set; its upstream is the source."""
    folder, spec = labels_folder(bound.name), bound.envelope.spec
    stage = Stage(
        "labels",
        "Settle what annotators said, and judge their agreement",
        each_once(source_output(spec.source), *project.settings.envelope.spec.locks, *as_tracked(inputs, spec.files)),
        (
            # DVC removes outputs before a run, but for those that persist: a set that is refused leaves the last labels where they are
            Out(f"{folder}/labels.parquet", persist=True),
            Out(f"{folder}/conflicts.csv", persist=True),
            Out(f"{folder}/labels.json", cache=False),
        ),
        _params(project, spec, folder),
    )
    return Pipeline(bound.ref, folder, bound.path, (stage,), upstream=(f"source/{spec.source}",))


def _params(project: Project, spec: Any, folder: str) -> dict[str, Any]:
    params: dict[str, Any] = {
        "input": relative(source_output(spec.source), folder),
        "key": spec.key,
        "label": spec.label,
        "type": spec.type,
        "several": spec.several,
        "resolve": spec.resolve,
        "scale": spec.resolved_scale,
        "seed": project.settings.envelope.spec.seed,
    }
    for name, key in (("label_studio", "export"), ("csv", "path"), ("gold", "file"), ("adjudicated", "file")):
        if part := getattr(spec, name):
            form = part.canonical()
            params["labelStudio" if name == "label_studio" else name] = form | {key: up(folder) + form[key]}
    source = project.sources.get(spec.source)
    if source is not None and spec.key in personal_columns(project, source):
        params["pii"] = True  # so that no message shows a key
    if spec.order:
        params["order"] = list(spec.order)
    if spec.min_agreement is not None:
        params["minAgreement"] = spec.min_agreement
    return params
