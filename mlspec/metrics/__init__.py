"""Metrics and their intervals: arithmetic alone."""
