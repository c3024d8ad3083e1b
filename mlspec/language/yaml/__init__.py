"""YAML with positions: read, written, and told about."""
