"""Registering: a version and a record, without putting it anywhere."""
