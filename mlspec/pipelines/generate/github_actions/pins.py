"""The marketplace actions that generated workflows use: GitHub's own only, each pinned to a commit, the release in a comment."""

from __future__ import annotations

from mlspec.language.yaml.write import Commented


def _pin(action: str, commit: str, release: str) -> Commented:
    return Commented(f"actions/{action}@{commit}", release)


CHECKOUT = _pin("checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1")
SETUP_PYTHON = _pin("setup-python", "5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0")
UPLOAD_ARTIFACT = _pin("upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0")
CREATE_APP_TOKEN = _pin("create-github-app-token", "bcd2ba49218906704ab6c1aa796996da409d3eb1", "v3.2.0")
DOWNLOAD_ARTIFACT = _pin("download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1")
