"""Diagnostics: values, stable codes, suggestions and renderers. Imports nothing else of mlspec."""

from mlspec.diagnostics.diagnostic import Diagnostic, Problems, Related, Severity, Span, has_errors, problem, sort_key
from mlspec.diagnostics.fix import Advice, Edit, Fix
from mlspec.diagnostics.suggest import did_you_mean

__all__ = [
    "Advice",
    "Diagnostic",
    "Edit",
    "Fix",
    "Problems",
    "Related",
    "Severity",
    "Span",
    "did_you_mean",
    "has_errors",
    "problem",
    "sort_key",
]
