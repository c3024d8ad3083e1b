"""Project -> CODEOWNERS and dependabot.yml, where a person wrote none."""

from mlspec.pipelines.generate.github_files.render import render

__all__ = ["render"]
