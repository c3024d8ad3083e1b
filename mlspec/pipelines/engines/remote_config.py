"""`.dvc/config` for a worker: where the remote is, and nothing that opens it. Whoever runs there has credentials of its own, or none."""

from __future__ import annotations

import configparser
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mlspec.diagnostics import problem
from mlspec.pipelines.plan.dvc_config import CONFIG

KEPT = frozenset(
    (
        *("url", "region", "endpointurl", "account_name", "projectname", "user", "port", "use_ssl", "ssl_verify", "version_aware"),
        *("read_timeout", "connect_timeout", "jobs", "verify"),
    )
)
"""What may travel of a remote's options: a list of what may, since DVC's plugins bring new options of which some are secrets."""


def config_for_workers(root: Path) -> tuple[str, Path | None]:
    """Return the text of a config that names the default remote alone, and its folder where it is one (absolute).

    Raises MLS0535 where there is no default remote, or it is defined by another one.
    """
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string((root / CONFIG).read_text(encoding="utf-8"))
        name = _bare(parser.get("core", "remote"))
        section = next(s for s in parser.sections() if s.replace("'", "").replace('"', "") == f"remote {name}")
        options = {key: _bare(value) for key, value in parser.items(section) if key in KEPT}
        url = options["url"]
    except (OSError, ValueError, KeyError, configparser.Error, StopIteration):
        raise no_remote(f"`{CONFIG}` names no default remote") from None
    if url.startswith("remote://"):
        raise no_remote("the default remote is defined by another one")
    folder = None if "://" in url else (root / ".dvc" / url).resolve()
    options["url"] = str(folder) if folder else _without_password(url)
    lines = "".join(f"    {key} = {value}\n" for key, value in sorted(options.items()))
    return f"[core]\n    remote = {name}\n    analytics = false\n    no_scm = true\n['remote \"{name}\"']\n{lines}", folder


def no_remote(why: str) -> Exception:
    """MLS0535."""
    help_text = "`storage` in mlspec.yaml names it, and `mlspec apply` writes it down; or run here: `mlspec run --local`"
    return problem("MLS0535", f"what a cluster makes comes back through the DVC remote, and {why}", help=help_text)


def _bare(value: str) -> str:
    return value.strip().strip("\"'")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, mark, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{mark}{host}")) if ":" in user else url
