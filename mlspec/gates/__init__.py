"""Judging: fetch by content, score, compare, and say pass, fail or inconclusive."""
