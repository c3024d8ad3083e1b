"""Texts -> typed objects with their references bound."""
