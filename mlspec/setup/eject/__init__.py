"""Leaves plain DVC pipelines and workflows behind."""
