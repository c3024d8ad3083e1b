"""Proposals: pull requests that CI opens."""
