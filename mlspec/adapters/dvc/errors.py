"""What a failing DVC remote means. Each cloud's SDK has exceptions of its own: they are told by their package, so that none is imported."""

from __future__ import annotations

from mlspec.adapters.cloud import workload_identity
from mlspec.diagnostics import Problems, problem

_PACKAGES = frozenset(
    ("aiobotocore", "aiohttp", "asyncssh", "azure", "botocore", "dvc", "dvc_objects", "fsspec", "gcsfs", "google", "s3fs")
)


def is_of_storage(error: Exception) -> bool:
    """Whether the error is the remote's, or of the network or the disk: no bug of ours."""
    return isinstance(error, OSError) or any(c.__module__.split(".", 1)[0] in _PACKAGES for c in type(error).__mro__)


def remote_problem(error: Exception) -> Problems:
    """The problem (for `raise`) of a remote that failed: MLS0990 where the job can't sign in at all, else MLS0973 in the SDK's words."""
    lacking = workload_identity.lacking()
    if lacking is not None:
        return lacking
    said = " ".join(str(error).split())[:300] or type(error).__name__
    advice = workload_identity.advice()
    fix = "check its address, the network and your rights" + (f"; {advice}" if advice else "")
    return problem("MLS0973", f"the DVC remote does not answer: {said}", help=fix)
