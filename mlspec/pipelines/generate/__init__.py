"""The files that a project generates: DVC pipelines, workflows, what GitHub reads."""
