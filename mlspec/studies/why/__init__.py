"""`mlspec why`: what of a metric's change since a version comes from rows, parameters, code, seed and environment."""
