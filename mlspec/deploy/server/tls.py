"""The certificate of a server: two PEM files that environment variables name, since neither belongs in a repository."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from mlspec.deploy.server.config import Guard
from mlspec.diagnostics import Problems, problem


def tls_files(guard: Guard, root: Path, environment: Mapping[str, str] | None = None) -> tuple[Path, Path] | None:
    """The certificate (with its chain) and its key; None where the server speaks plain HTTP. Raises MLS0815."""
    if guard.certificate is None or guard.key is None:
        return None
    known = os.environ if environment is None else environment
    certificate, key = (_file(known, variable) for variable in (guard.certificate, guard.key))
    if key.resolve().is_relative_to(root.resolve()):
        raise _refused(f"the key that {guard.key} names lies in the repository", "keep it elsewhere, readable by this user only")
    return certificate, key


def _file(known: Mapping[str, str], variable: str) -> Path:
    value = known.get(variable, "").strip()
    if not value:
        raise _refused(f"{variable} is not set, and the server takes the path of a PEM file from it")
    path = Path(value)
    if not path.is_absolute():
        raise _refused(f"{variable} does not hold an absolute path", "write it from the root: /etc/…/server.pem")
    if not path.is_file():
        raise _refused(f"the file that {variable} names is not there")
    return path


def tls_context(guard: Guard, root: Path) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with those files; None where the server speaks plain HTTP. Raises MLS0815 for files that don't fit."""
    files = tls_files(guard, root)
    if files is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(*files, password=_no_password)
    except (OSError, ssl.SSLError, ValueError) as error:
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or "they can't be read"
        raise _refused(f"the files that {guard.certificate} and {guard.key} name are no certificate and its key ({why})") from None
    return context


def _no_password() -> str:
    """Asked for an encrypted key: never prompt, a server has no terminal."""
    raise ValueError("the key is encrypted")


def _refused(message: str, advice: str = "set it where `mlspec reconcile` runs") -> Problems:
    return problem("MLS0815", message, help=advice)
