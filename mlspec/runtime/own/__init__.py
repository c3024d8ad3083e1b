"""Metrics of the user's own: their functions called, and what they give held to what was agreed."""
