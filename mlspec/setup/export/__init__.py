"""A project's objects as files of other tools."""
