"""Frees what no version, claim, open branch or workspace needs, in DVC's cache and on its remote."""
