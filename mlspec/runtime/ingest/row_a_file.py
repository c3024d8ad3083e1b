"""Files that are a row each: images, which stay where they are and are known by their content, and texts, whose content is a column.

The label is the first folder below what all names have in common, as collections for classifiers have it; folders such as `split=train`
are columns of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.words import some
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import contents
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.ingest.patterns import Part
from mlspec.runtime.ingest.text_file import ENCODINGS

COLUMNS: Mapping[str, tuple[str, ...]] = {"images": ("path", "label", "sha256", "bytes"), "texts": ("path", "label", "text")}
"""The columns of each format."""
_BATCH = 512
_KINDS: Mapping[str, tuple[bytes, bytes]] = {
    "PNG": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "JPEG": (b"\xff\xd8\xff", b"\xff\xd9"),
    "GIF": (b"GIF8", b";"),
    "BMP": (b"BM", b""),
    "TIFF": (b"II*\0", b""),
    "TIFF of big endian": (b"MM\0*", b""),
}
"""How images begin, and what must come after that where they are whole."""


def write(context: Context, parts: Sequence[Part]) -> None:
    """Write a row for each file to `raw.parquet`, in their order. Raises MLS0610, MLS0612 and MLS0615."""
    form = context.params["format"]
    folders = list(dict.fromkeys(name for part in parts for name in part.folders))
    check_reserved(folders, parts[0].shown)
    if both := [name for name in folders if name.casefold() in COLUMNS[form]]:
        message = f"{some([f'`{name}`' for name in both], 3)} is named by folders, and is a column that each of the {form} has"
        raise problem("MLS0615", message, help="rename the folders")
    tables.write_arrow(_rows(parts, form, folders, context.params["read"]), context.out("raw.parquet"))
    report.say(f"ingest: {len(parts):,} {form} read")


def _rows(parts: Sequence[Part], form: str, folders: Sequence[str], read: Mapping[str, Any]) -> Any:
    import pyarrow as pa

    types = {"bytes": pa.int64()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in (*COLUMNS[form], *folders)])
    return pa.RecordBatchReader.from_batches(schema, _batches(parts, form, folders, read, schema))


def _batches(parts: Sequence[Part], form: str, folders: Sequence[str], read: Mapping[str, Any], schema: Any) -> Iterator[Any]:
    import pyarrow as pa

    for start in range(0, len(parts), _BATCH):
        rows = []
        for part in parts[start : start + _BATCH]:
            content = part.path.read_bytes()
            _check_pointer(content, part.shown)
            own = _image(content, part.shown) if form == "images" else {"text": _text(content, read, part.shown)}
            rows.append({"path": part.name or part.shown, "label": _label(part.below), **own, **{f: part.folders.get(f) for f in folders}})
        yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _check_pointer(content: bytes, shown: str) -> None:
    if contents.lfs_pointer(content[:1025]):
        raise problem("MLS0610", f"`{shown}` is a Git LFS pointer, and not the file it stands for", help=contents.LFS_HELP)


def _label(below: str) -> str | None:
    folders = [part for part in below.strip("/").split("/")[:-1] if "=" not in part]
    return folders[0] if folders else None


def _image(content: bytes, shown: str) -> dict[str, Any]:
    ends = next((end for begin, end in _KINDS.values() if content.startswith(begin)), None)
    if ends is None and not (content[:4] == b"RIFF" and content[8:12] == b"WEBP") and content[4:8] != b"ftyp":
        fix = "name the images by a pattern: `path: data/pets/**/*.jpg`"
        raise problem("MLS0612", f"`{shown}` is no image: it is {'empty' if not content else 'of another kind'}", help=fix)
    if ends and ends not in content:
        raise problem("MLS0612", f"the image `{shown}` is cut off", help="fetch it again")
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _text(content: bytes, read: Mapping[str, Any], shown: str) -> str | None:
    encoding = read.get("encoding", "utf-8")
    try:
        text = content.decode(ENCODINGS[encoding])
    except UnicodeError as error:
        fix = "say which it is, by `read: {encoding: …}`, or name the texts by a pattern: `path: data/notes/**/*.txt`"
        raise problem("MLS0612", f"`{shown}` is no text of {encoding}: {error}", help=fix) from error
    if "\0" in text:
        raise problem("MLS0612", f"`{shown}` is no text: it holds zeros", help="name the texts by a pattern: `path: data/notes/**/*.txt`")
    return None if text in read.get("nullValues", [""]) else text
