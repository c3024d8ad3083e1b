"""Where records and claims stand. Names only: what reads no record need not import what reads them."""

from __future__ import annotations

import re

from mlspec.compiler.project.layout import CLAIMS, REGISTRY

SIGNATURE = ".sigstore.json"
"""How the name of a signature ends."""

RECORD_PATH = re.compile(rf"{REGISTRY}/([a-z0-9-]+)/(v\d+\.\d+\.\d+)\.yaml", re.ASCII)
CLAIM_PATH = re.compile(rf"{CLAIMS}/([a-z0-9-]+)/([a-z0-9-]+)/(v\d+\.\d+\.\d+)(\.rollback-\d+|\.\d+)?\.yaml", re.ASCII)


def signature_path(path: str) -> str:
    """Where the signature of a record's model, or of a claim, stands: beside it."""
    return stem(path) + SIGNATURE


def stem(path: str) -> str:
    """A record's or claim's path without its ending: what a signature calls its subject."""
    return path.removesuffix(".yaml")


def is_signature_path(path: str) -> bool:
    beside = path.removesuffix(SIGNATURE) + ".yaml"
    return path.endswith(SIGNATURE) and (is_record_path(beside) or is_claim_path(beside))


def is_record_path(path: str) -> bool:
    return RECORD_PATH.fullmatch(path) is not None


def is_claim_path(path: str) -> bool:
    return CLAIM_PATH.fullmatch(path) is not None


def version_key(version: str) -> tuple[int, ...]:
    """`v1.10.0` -> (1, 10, 0), for sorting."""
    return tuple(int(part) for part in version.removeprefix("v").split("."))
