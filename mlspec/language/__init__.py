"""The language: its kinds, its YAML, its canonical form."""
