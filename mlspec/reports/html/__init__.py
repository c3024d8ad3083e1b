"""A document as one HTML file: no script, no network, readable by ear, in light and dark, and on paper."""

from mlspec.reports.html.page import LIMIT, render

__all__ = ["LIMIT", "render"]
