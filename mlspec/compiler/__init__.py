"""Spec texts -> a checked project and its graph. Pure but for what `load.inputs` reads."""
