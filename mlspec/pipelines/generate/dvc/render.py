"""Writes dvc.yaml, params.yaml and .gitignore of each pipeline, and the project-wide DVC files.

One folder a pipeline, each with its own params.yaml: DVC parses a shared one once a stage, which is quadratic, and a
shared lock file collides in merges. Any `${` is escaped: DVC would take it for a template.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.graph import Graph, Out, Pipeline, Plot, Stage
from mlspec.compiler.project.layout import LOCAL
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Project
from mlspec.diagnostics.atomic import PREFIX
from mlspec.language.kinds.storage import Storage
from mlspec.language.yaml.write import HEADER, dump

ROOT_FILE = "dvc.yaml"


def render(project: Project, graph: Graph) -> dict[str, str]:
    """Return {path: text} of everything that DVC reads."""
    files = dict(_project_files(project)) | _artifacts(graph, project)
    for pipeline in graph.pipelines:
        files[f"{pipeline.folder}/dvc.yaml"] = HEADER + dump(_dvc_yaml(pipeline))
        files[f"{pipeline.folder}/params.yaml"] = HEADER + dump(_params(pipeline))
        files[f"{pipeline.folder}/.gitignore"] = HEADER + _gitignore(pipeline)
    return files | _beside_others(graph)


def _params(pipeline: Pipeline) -> dict[str, Any]:
    limits = {key: value for stage in pipeline.stages for key, value in stage.limits.items()}
    engine = {key: value for stage in pipeline.stages for key, value in stage.engine.items()}
    unseen = {"limits": limits, "engine": engine}
    return {stage.name: stage.params for stage in pipeline.stages} | {name: section for name, section in unseen.items() if section}


def _beside_others(graph: Graph) -> dict[str, str]:
    """The .gitignore of each folder of people's into which a step writes."""
    names: dict[str, list[str]] = {}
    for path in sorted(path for pipeline in graph.pipelines for path in pipeline.ignored):
        folder, _, name = path.rpartition("/")
        names.setdefault(f"{folder}/.gitignore".lstrip("/"), []).append(name)
    return {path: HEADER + "".join(f"/{name}\n" for name in found) for path, found in names.items()}


def _artifacts(graph: Graph, project: Project) -> dict[str, str]:
    """The root's dvc.yaml, which says where models are and nothing else: by it DVC and GTO resolve `demand` and its tags."""
    models = {p.ref.removeprefix("model/"): p.folder for p in graph.pipelines if p.ref.startswith("model/")}
    if not models:
        return {}
    return {ROOT_FILE: HEADER + dump({"artifacts": {name: _artifact(folder, project, name) for name, folder in sorted(models.items())}})}


def _artifact(folder: str, project: Project, name: str) -> dict[str, Any]:
    metadata = project.models[name].envelope.metadata
    labels = sorted(f"{key}={value}" if value else key for key, value in metadata.labels.items())
    form = {"path": f"{folder}/model", "type": "model", "desc": metadata.description, "labels": labels}
    return {key: _escaped(value) if isinstance(value, str) else [_escaped(v) for v in value] for key, value in form.items() if value}


def _dvc_yaml(pipeline: Pipeline) -> dict[str, Any]:
    form: dict[str, Any] = {"stages": {s.name: _stage(s, pipeline) for s in pipeline.stages}}
    if pipeline.plots:
        form["plots"] = [_plot(p, pipeline.folder) for p in pipeline.plots]
    return form


def _stage(stage: Stage, pipeline: Pipeline) -> dict[str, Any]:
    folder = pipeline.folder
    form: dict[str, Any] = {
        "cmd": stage.command,
        "desc": stage.description,
        "deps": sorted(_escaped(relative(d, folder)) for d in stage.deps),
        "params": [stage.name],
        "outs": [_out(o, folder) for o in stage.outs if o.kind != "metric"],  # a stage's own `plots` would be drawn a second time
        "metrics": [_out(o, folder) for o in stage.outs if o.kind == "metric"],
        "meta": {"mlspec": {"object": pipeline.ref, "spec": _escaped(pipeline.spec_path)}},
    }
    return {k: v for k, v in form.items() if v}


def _out(out: Out, folder: str) -> Any:
    options = {k: v for k, v in (("cache", False), ("persist", True)) if getattr(out, k) is v}
    path = _escaped(relative(out.path, folder))
    return {path: options} if options else path


def _plot(plot: Plot, folder: str) -> dict[str, Any]:
    shown = {"x": plot.x, "y": plot.y, "title": plot.title, "template": plot.template}
    return {relative(plot.path, folder): shown}


def _escaped(text: str) -> str:
    return text.replace("${", "\\${")


def _gitignore(pipeline: Pipeline) -> str:
    own = [o.path for s in pipeline.stages for o in s.outs if o.cache and o.path.startswith(f"{pipeline.folder}/")]
    names = sorted(relative(path, pipeline.folder) for path in own)
    room = [f"{PREFIX}*"] if pipeline.ref.startswith("step/") else []  # where a killed program may have left much
    return "".join(f"/{name}\n" for name in [*room, *names])


def _project_files(project: Project) -> dict[str, str]:
    return {
        ".dvc/.gitignore": HEADER + "/cache\n/config.local\n/tmp\n",
        ".dvc/config": HEADER + _dvc_config(project.settings.envelope.spec.storage),
        ".dvcignore": HEADER + "__pycache__\n*.pyc\n.venv\n",
        f"{LOCAL}/.gitignore": HEADER + "/cache\n/lock\n/pull-requests\n/state\n",
    }


def _dvc_config(storage: Storage) -> str:
    """DVC takes a relative remote as relative to `.dvc/`, the spec to the root. No value holds a line's end or a quote."""
    is_folder = not storage.scheme and not storage.url.startswith("/")
    lines = {
        "url": "../" + storage.url if is_folder else storage.url,
        "endpointurl": storage.endpoint,
        "region": storage.region,
        "account_name": storage.account,
    }
    remote = "".join(f"    {key} = {value}\n" for key, value in lines.items() if value is not None)
    return f"[core]\n    remote = storage\n    analytics = false\n['remote \"storage\"']\n{remote}"
