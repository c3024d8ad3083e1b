"""`mlspec materialize`: the newest row of each key of a feature set, to where servers read it."""
