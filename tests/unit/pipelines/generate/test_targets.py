"""The files that DeploymentTargets have in the repository."""

from __future__ import annotations

from support.projects import SPECS, compile_texts

from mlspec.pipelines.generate.targets import render

BATCH = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {batch: {input: sales, output: predictions}}\n"
LAID = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {batch: {output: live}}\n"


def files(specs: dict[str, str]) -> set[str]:
    compiled = compile_texts(specs)
    assert compiled.project is not None
    assert compiled.graph is not None
    return set(render(compiled.project, compiled.graph))


def test_predictions_stay_out_of_git_in_every_environment() -> None:
    specs = SPECS | {"specs/local-rest.yaml": BATCH}
    assert files(SPECS) == set()
    assert files(specs) == {"predictions/.gitignore"}
    laid = "environments/production/overlays/live.yaml"
    assert files(specs | {laid: LAID}) == {"predictions/.gitignore", "live/.gitignore"}
    unused = {path: text for path, text in specs.items() if not path.startswith("environments/")}
    assert files(unused) == {"predictions/.gitignore"}, "a target nobody uses yet has its files, too"
