"""What a file really is, when it is not what its name says: a pointer of Git LFS, a web page, an archive."""

from __future__ import annotations

from pathlib import Path

from mlspec.diagnostics import Problems, problem

_LFS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/", b"version http://git-media.io/v/")
_LFS_SIZE = 1024
"""A pointer is smaller, by the specification of Git LFS."""
_OLE = b"\xd0\xcf\x11\xe0"
_MAGIC = (
    (b"\x1f\x8b", "compressed by gzip", "give it a name that ends in `.gz`"),
    (b"PK\x03\x04", "a ZIP archive (as .xlsx files are)", "set `format: xlsx`, or name what is in it by `member`"),
    (_OLE, "an old Excel file (.xls)", "save the sheet as CSV or Parquet"),
    (b"PAR1", "a Parquet file", "set `format: parquet`"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV or Parquet"),
    (b"BZh", "compressed by bzip2", "unpack it"),
    (b"\xfd7zXZ\x00", "compressed by xz", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "give it a name that ends in `.zst`"),
)


def lfs_pointer(head: bytes) -> bool:
    """Whether the first bytes of a file (1 KiB and one more byte) are a pointer of Git LFS, which stands for the file itself."""
    return len(head) <= _LFS_SIZE and head.startswith(_LFS)


LFS_HELP = "`git lfs pull` fetches it; in workflows, `lfs: true` of actions/checkout"


def check(path: Path, form: str, shown: str, *, http: bool = False) -> None:
    """Raise MLS0610 for a pointer, MLS0613 for a web page that was downloaded, MLS0612 for another kind of file than `form`."""
    with path.open("rb") as handle:
        head = handle.read(_LFS_SIZE + 1)
    if lfs_pointer(head):
        raise problem("MLS0610", f"`{shown}` is a Git LFS pointer, and not the file it stands for", help=LFS_HELP)
    if head.startswith(b"/annex/objects/"):
        raise problem("MLS0610", f"`{shown}` is a git-annex pointer, and not the file it stands for", help="`git annex get` fetches it")
    if _is_page(head, form):
        raise _page(shown, form, http=http)
    if form == "xlsx" and head.startswith(_OLE):
        raise problem(
            "MLS0684", f"`{shown}` is protected by a password, or an old Excel file (.xls)", help="save it as .xlsx, without a password"
        )
    found = next(((what, fix) for magic, what, fix in _MAGIC if head.startswith(magic)), None)
    allowed = (
        (form == "parquet" and head.startswith(b"PAR1"))
        or (form == "xlsx" and head.startswith(b"PK"))
        or any(
            path.name.endswith(suffix) and head.startswith(magic) for suffix, magic in ((".gz", b"\x1f\x8b"), (".zst", b"\x28\xb5\x2f\xfd"))
        )
    )
    if found and not allowed:
        raise problem("MLS0612", f"`{shown}` can't be read as {form}: it is {found[0]}", help=found[1])


def _is_page(head: bytes, form: str) -> bool:
    """XML that is read as such may have a page of the web as a value."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    return text.startswith((b"<!doctype html", b"<html")) or (form != "xml" and text.startswith(b"<?xml") and b"<html" in head.lower())


def _page(shown: str, form: str, *, http: bool) -> Problems:
    if http:
        fix = "use the address of the raw file: a page to look at, or to log in with, is no source"
        return problem("MLS0613", f"{shown} can't be fetched: it answers with a web page (HTML), not with {form}", help=fix)
    return problem("MLS0612", f"`{shown}` can't be read as {form}: it is a web page (HTML)", help="download the raw file in its place")
