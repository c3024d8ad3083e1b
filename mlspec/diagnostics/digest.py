"""How things are named by what they hold: `sha256:<hex>` of bytes, or of an object's canonical JSON."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def bytes_digest(content: bytes) -> str:
    """`sha256:<hex>` of bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def canonical_digest(form: Any) -> str:
    """`sha256:<hex>` of plain data as JSON: keys sorted, no spaces, UTF-8. Every approval is bound to digests of this one form."""
    return bytes_digest(json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
