"""The Deployment of a model in an environment, and a target to deploy to where the project has none."""

from __future__ import annotations

import os

from mlspec.compiler.project.environments import check_environment
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import did_you_mean, problem
from mlspec.pipelines.plan.apply import write_atomically
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.place import model_name
from mlspec.setup.init.files import deployment_file, target_file

FIRST_TARGET = "local-rest"


def add_deployment(workspace: Workspace, model: str, environment: str, *, target: str | None, name: str | None) -> list[str]:
    """Write what is lacking; return the paths, none where the model has that deployment already.

    Raises MLS0003 and MLS0701 for a model or an environment that is not declared, MLS0702 where no target can be told, MLS0501 for a file
    in the way.
    """
    root, project = workspace.root, workspace.project
    model_name(project, model)
    check_environment(project, environment)
    there = [d for d in project.deployments_of(environment) if d.envelope.spec.model == model and name in (None, d.name)]
    if there:
        return []
    chosen = _target(project, target)
    files = dict([deployment_file(name or model, environment, model, chosen)])
    if chosen not in project.targets:
        files |= dict([target_file(chosen)])
    standing = [path for path in files if os.path.lexists(root / path)]
    if standing:
        raise problem("MLS0501", f"{standing[0]} is in the way", help="nothing was written; give the Deployment another name by --name")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(root / path, text)
    return sorted(files)


def _target(project: Project, named: str | None) -> str:
    """The target that is meant: the one named, the only one; where there is none, the name of the first."""
    known = sorted(project.targets)
    if named is not None and known and named not in known:
        raise problem("MLS0702", f"there is no target `{named}`", help=did_you_mean(named, known))
    if named is None and len(known) > 1:
        raise problem("MLS0702", f"the project has {len(known)} targets, and none was named", help=f"--target {'|'.join(known)}")
    return named or (known[0] if known else FIRST_TARGET)
