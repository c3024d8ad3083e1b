"""YAML by libyaml where it is there: `yaml.safe_load` and `yaml.safe_dump` are written in Python, and ten times slower on a workflow."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load(text: str | bytes) -> Any:
    """As `yaml.safe_load`. Raises yaml.YAMLError."""
    return yaml.load(text, _LOADER)


def dump(value: Any, **options: Any) -> str:
    """As `yaml.safe_dump`."""
    return str(yaml.dump(value, Dumper=_DUMPER, **options))
