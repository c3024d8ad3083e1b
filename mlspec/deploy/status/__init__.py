"""Desired and observed state of every object."""
