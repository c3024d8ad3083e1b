"""Pipelines: what is generated, what is stale, and how it runs."""
