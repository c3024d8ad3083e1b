"""The main job from an edited spec to a served, promoted, rolled-back version, on the example project. `make demo` runs it."""
