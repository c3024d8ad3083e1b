"""Graph -> DVC: one folder a pipeline, explicit stages, no templating."""

from mlspec.pipelines.generate.dvc.render import render

__all__ = ["render"]
