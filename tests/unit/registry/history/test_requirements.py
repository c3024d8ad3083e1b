"""Two locks are compared as packages, whatever tool wrote them."""

from __future__ import annotations

from mlspec.registry.history.requirements import Package, changed, pinned

OLD = b"""\
--index-url https://pypi.org/simple
numpy==2.0.1 \\
    --hash=sha256:aa
    # via pandas
Pandas_Extra[all]==1.0 ; python_version < "3.12"
pandas.extra==1.1 ; python_version >= "3.12"
gone==3.0
tool @ https://example.org/tool-1.0.tar.gz#sha256=aa
"""


def test_packages_are_read_with_extras_markers_and_addresses() -> None:
    assert pinned(OLD) == {
        "numpy": "2.0.1",
        "pandas-extra": "1.0 or 1.1",
        "gone": "3.0",
        "tool": "https://example.org/tool-1.0.tar.gz#sha256=aa",
    }


def test_what_was_added_removed_and_moved_is_told_and_hashes_are_not() -> None:
    new = OLD.replace(b"numpy==2.0.1", b"numpy==2.1.0").replace(b"gone==3.0", b"came==1.0").replace(b"sha256:aa", b"sha256:bb")
    assert list(changed(OLD, new)) == [Package("came", None, "1.0"), Package("gone", "3.0", None), Package("numpy", "2.0.1", "2.1.0")]
    assert not list(changed(OLD, OLD.replace(b"--hash=sha256:aa", b"--hash=sha256:cc")))
