"""Starts a project: the first specs, told from a data file when there is one."""
