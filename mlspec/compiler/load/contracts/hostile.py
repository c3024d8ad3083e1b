"""What no contract may hold: secrets, addresses that something would fetch, paths that lead out, text that is not what it seems.

A contract is written by others. It is data: nothing of it is run, but for checks that are compiled to guarded SQL.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from mlspec.compiler.load.trees import Tree
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.secrets import is_secret_name, stretches
from mlspec.language.yaml.document import span_of

CODE = "MLS0462"
LARGEST = 10**18
LONGEST_PATTERN = 1000
_TURNING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what stands around them: in no text."""
_HIDDEN = re.compile(_TURNING.pattern[:-1] + r"\t\n\r\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb]")
"""And those that nobody sees: in no name."""
_NAMES = frozenset({"name", "id", "physicalName", "property", "server", "from", "to", "encryptedName"})
_FETCHED = frozenset({"contractsource", "include", "extends", "import"})
_LINKS = frozenset({"url", "invitationUrl", "endpointUrl", "catalogUrl", "location", "stagingDir"})
_SCHEMES = frozenset(
    {"http", "https", "s3", "s3a", "gs", "az", "abfs", "abfss", "adl", "wasbs", "hdfs", "sftp", "ftps", "mailto", "slack", "jdbc"}
)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_ASKS = re.compile(r"\$\{|\{\{|%\(|<%")
_SECRET_PROPERTY = re.compile(r"pass(word|wd|phrase)?|pwd|secret|token|credential|api_?key|access_?key|private_?key", re.IGNORECASE)

Route = tuple[str | int, ...]


def hostile_parts(path: str, tree: Tree) -> Iterator[Diagnostic]:
    """MLS0462, a place each."""
    yield from _walk(path, tree, ())
    yield from _names(path, tree)


def _problem(path: str, tree: Tree, message: str, advice: str, *, secret: bool = False) -> Diagnostic:
    return Diagnostic(CODE, message, span_of(path, tree.node), advice, secret=secret)


def _walk(path: str, tree: Tree, route: Route) -> Iterator[Diagnostic]:
    if isinstance(tree.value, dict):
        for key, part in tree.pairs():
            yield from _key(path, key, part, route)
            yield from _walk(path, part, (*route, key.value))
        if "servers" in route or route[-2:-1] == ("customProperties",):
            yield from _secret_property(path, tree)
    elif isinstance(tree.value, list):
        for index, part in enumerate(tree.parts()):
            yield from _walk(path, part, (*route, index))
    elif isinstance(tree.value, str):
        yield from _text(path, tree, route)
    elif isinstance(tree.value, int | float) and not abs(tree.value) <= LARGEST:  # NaN is not
        yield _problem(path, tree, "the number is too large to count anything", f"write one of at most {LARGEST:.0e}")


def _key(path: str, key: Tree, part: Tree, route: Route) -> Iterator[Diagnostic]:
    name = str(key.value)
    if hidden := _HIDDEN.search(name):
        yield _problem(path, key, f"a key holds the invisible character U+{ord(hidden.group()):04X}", "take it out")
    if name.startswith("$") or name.casefold() in _FETCHED:
        yield _problem(
            path, key, f"`{name}` names something that would be fetched", "write it out: nothing that a contract names is fetched"
        )
    elif "servers" in route and is_secret_name(name) and part.value not in (None, ""):
        message = f"`{name}` of a server is a secret, or asks for one"
        yield _problem(
            path, part, message, "take it out, and the secret out of Git's history: a source names an environment variable", secret=True
        )


def _secret_property(path: str, tree: Tree) -> Iterator[Diagnostic]:
    name, value = tree.get("property"), tree.get("value")
    if name and value and isinstance(name.value, str) and value.value not in (None, "") and _SECRET_PROPERTY.search(name.value):
        message = "a custom property is a secret, or asks for one"
        yield _problem(path, value, message, "take it out, and the secret out of Git's history", secret=True)


def _text(path: str, tree: Tree, route: Route) -> Iterator[Diagnostic]:
    text, key = str(tree.value), next((part for part in reversed(route) if isinstance(part, str)), "")
    if hidden := (_HIDDEN if key in _NAMES else _TURNING).search(text):
        yield _problem(path, tree, f"the text holds the invisible character U+{ord(hidden.group()):04X}", "take it out")
    if any(start < end for start, end in stretches(text)):
        yield _problem(path, tree, "a secret stands in an address", "take it out, and the secret out of Git's history", secret=True)
    if "servers" in route and _ASKS.search(text):
        yield _problem(path, tree, "a server's value asks for a variable, and none is filled in", "write it out, or leave it out")
    if key in _LINKS and (scheme := _SCHEME.match(text)) and scheme[1].casefold() not in _SCHEMES:
        yield _problem(path, tree, f"a link of the scheme `{scheme[1]}`", "link to https:// or leave it out")
    if ("servers" in route and key in ("path", "location", "stagingDir", "database")) or key in ("from", "to"):
        yield from _path(path, tree, key, text)
    if key == "pattern" and len(text) > LONGEST_PATTERN:
        yield _problem(path, tree, f"the pattern has {len(text):,} characters", f"write one of at most {LONGEST_PATTERN:,}")


def _path(path: str, tree: Tree, key: str, text: str) -> Iterator[Diagnostic]:
    where = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", text)
    if ".." in re.split(r"[/\\]", where) or (key in ("path", "location") and re.match(r"[/~\\]|[A-Za-z]:[/\\]", text)):
        yield _problem(path, tree, "the path leaves the repository", "write it relative to the repository, without `..`")
    elif key in ("from", "to") and "://" in text:
        yield _problem(
            path, tree, "the relationship is to a contract at an address, and none is fetched", "name an object of this contract"
        )


def _names(path: str, tree: Tree) -> Iterator[Diagnostic]:
    """Names of one list that a database, or a disk, takes for each other."""
    for parts in _named_lists(tree):
        first: dict[str, Tree] = {}
        for part in parts:
            name = part.get("name")
            if name is None or not isinstance(name.value, str):
                continue
            folded = unicodedata.normalize("NFKC", name.value).casefold().strip()
            if not folded or len(name.value) > 255:
                yield _problem(path, name, "the name is empty or longer than 255 characters", "write a name")
            elif folded in first:
                again = (
                    f"`{name.value}` and `{first[folded].value}` (line {first[folded].node.start_mark.line + 1}) are one name to a database"
                )
                yield _problem(path, name, again, "rename one of the two")
            first.setdefault(folded, name)


def _named_lists(tree: Tree) -> Iterator[list[Tree]]:
    schema = tree.get("schema")
    tables = schema.parts() if schema else []
    yield tables
    for table in tables:
        properties = table.get("properties")
        yield properties.parts() if properties else []
