"""The DVC remote: can what is trained be kept there, and read again?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.adapters.cloud import workload_identity
from mlspec.adapters.dvc.errors import is_of_storage
from mlspec.adapters.dvc.probe import Failed, probe
from mlspec.diagnostics import Problems
from mlspec.language.kinds.storage import Storage
from mlspec.pipelines.plan.dvc_config import CONFIG, other_storage
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, bad, judge, ok
from mlspec.setup.doctor.repository import slug_of
from mlspec.setup.doctor.tools import PLUGINS, installed

_KINDS: dict[str, tuple[str, ...]] = {
    "credentials": (
        *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "DefaultCredentialsError", "RefreshError"),
        *("AuthError", "ClientAuthenticationError"),
    ),
    "denied": ("PermissionError", "Forbidden"),
    "missing": ("FileNotFoundError", "ResourceNotFoundError", "NotADirectoryError"),
    "network": (
        *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ClientConnectorError", "ServiceRequestError"),
        *("ConnectionError", "TimeoutError"),
    ),
}
"""What it is called -> the classes (of Python, botocore, google-auth, azure and DVC) that mean it. The first that fits counts."""

_PLACES = {"s3": "bucket", "gs": "bucket", "azure": "container"}
_CREDENTIALS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `aws sso login`",
    "gs": "`gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS",
    "azure": "`az login`, or set AZURE_STORAGE_CONNECTION_STRING",
    "ssh": "load your key into the agent: `ssh-add`",
}
_RIGHTS = {
    "s3": "s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject",
    "gs": "the role Storage Object User",
    "azure": "the role Storage Blob Data Contributor",
}


def examine(examined: Examined) -> Iterator[Finding]:
    """Where it is, and whether it can be used from here."""
    yield judge("storage", "place", lambda: place(examined))
    yield judge("storage", "configuration", lambda: configuration(examined))
    yield judge("storage", "read and write", lambda: read_and_write(examined))


def place(examined: Examined) -> Verdict:
    """Whether the workflows can reach it at all, by its kind."""
    storage, labels = examined.workspace.settings.storage, examined.workspace.settings.ci.runs_on
    if storage.scheme:
        return ok(storage.url)
    if not _is_hosted([labels] if isinstance(labels, str) else labels):
        return ok(f"the folder {storage.url}, which your runner must see too")
    try:
        slug_of(examined)
    except (Skipped, Problems):
        return ok(f"the folder {storage.url}, for this machine alone")
    fix = "write `storage: {url: s3://BUCKET/PREFIX}` (or gs://, azure://) in mlspec.yaml, or name a runner of your own in `ci.runsOn`"
    return bad(f"the folder {storage.url} is on this machine: GitHub's runners can't see it", fix)


def _is_hosted(labels: Sequence[str]) -> bool:
    """Whether one of GitHub's own machines runs the jobs."""
    return all(label.startswith(("ubuntu-", "windows-", "macos-")) for label in labels)


def configuration(examined: Examined) -> Verdict:
    """Whether DVC's own file names this storage. One that `dvc init` wrote is the user's, and `mlspec apply` leaves it alone."""
    path = examined.root / CONFIG
    if not path.is_file():
        raise Skipped(f"there is no {CONFIG} yet", "`mlspec apply` writes it")
    other = other_storage(examined.workspace.generated[CONFIG].encode(), path.read_bytes())
    if other is None:
        return ok(f"{CONFIG} names it")
    url = examined.workspace.settings.storage.url
    return bad(
        f"{CONFIG} is your own, and names {other}, so {url} is not used",
        f"name {url} there as the default remote, or `git rm {CONFIG}` and `mlspec apply`",
    )


def read_and_write(examined: Examined) -> Verdict:
    """Write a small object, read it back, delete it."""
    storage = examined.workspace.settings.storage
    if storage.scheme and installed(PLUGINS[storage.scheme]) is None:
        raise Skipped(f"{PLUGINS[storage.scheme]} is not installed", f"`pip install 'mlspec-gitops[{storage.scheme}]'`")
    if not (examined.root / CONFIG).is_file():
        raise Skipped(f"there is no {CONFIG} yet", "`mlspec apply` writes it")
    try:
        probe(examined.root)
    except Failed as failed:
        return _told(storage, failed)
    return ok("a small object was written, read back and deleted")


def _told(storage: Storage, failed: Failed) -> Verdict:
    error = failed.error
    if error is None:
        return bad(f"{storage.url} does not answer", _network(storage))
    if not is_of_storage(error):
        raise error
    kind = _kind(error)
    said = " ".join(str(error).split())[:200] or type(error).__name__
    what = {
        "credentials": f"no credentials for {storage.url} were found ({said})",
        "denied": f"{storage.url}: the right to {failed.step} is missing ({said})",
        "missing": f"{storage.url} does not exist ({said})",
        "network": f"{storage.url} can't be reached ({said})",
    }.get(kind, f"{storage.url} can't be used: {failed.step} failed ({said})")
    return bad(what, f"mend {CONFIG}, or `git rm` it and `mlspec apply`" if failed.step == "open" and not kind else _fix(storage, kind))


def _kind(error: Exception) -> str:
    """The name of what happened, by the class of the error or of one that caused it."""
    at: BaseException | None = error
    while at is not None:
        names = [c.__name__ for c in type(at).__mro__]
        found = next((kind for kind, classes in _KINDS.items() if any(n in classes for n in names)), "")
        if found:
            return found
        at = at.__cause__
    return ""


def _fix(storage: Storage, kind: str) -> str:
    if kind == "network":
        return _network(storage)
    if kind == "missing":
        return f"create the {_PLACES.get(storage.scheme, 'folder')}, or correct `spec.storage.url` in mlspec.yaml"
    advice = workload_identity.advice()
    if kind == "credentials" and advice is None:
        return _CREDENTIALS.get(storage.scheme, "look at the folder's owner and mode")
    rights = f"grant {_RIGHTS[storage.scheme]}" if storage.scheme in _RIGHTS else "look at the folder's owner and mode: `ls -ld`"
    return f"{rights}; {advice}" if advice else rights


def _network(storage: Storage) -> str:
    what = "`spec.storage.endpoint`" if storage.endpoint else "`spec.storage.url`"
    return f"check {what}, the network, and HTTPS_PROXY where there is a proxy"
