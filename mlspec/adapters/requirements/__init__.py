"""Locks of libraries: requirements files as pip, uv and pip-tools write them, and whether one holds all there is to install."""
