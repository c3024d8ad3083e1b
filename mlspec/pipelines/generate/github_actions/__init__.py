"""Project -> GitHub Actions: workflows that the strictest linters accept."""

from mlspec.pipelines.generate.github_actions.render import render

__all__ = ["render"]
