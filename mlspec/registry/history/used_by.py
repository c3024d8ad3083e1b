"""Downwards: which versions, claims and deployments came of something, by the records, claims and environment files at the tip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.layout import CLAIMS, DATA, FEATURES, MODELS, REGISTRY, SPECS, STEPS, model_folder, object_folder, object_in
from mlspec.diagnostics.digest import bytes_digest
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.spec_files import API_VERSION, SUFFIXES
from mlspec.pipelines.locks import FILE
from mlspec.registry.branch import Line, changes, mapping, pick
from mlspec.registry.declared import Declared, deployments_at, has_word
from mlspec.registry.history.locks import parse_lock
from mlspec.registry.history.tree import Node
from mlspec.registry.paths import is_claim_path, is_record_path, version_key


@dataclass(frozen=True, slots=True)
class Use:
    """A version's record and claims, and where it stands now: {ref: Deployment}."""

    model: str
    version: str
    record: Mapping[str, Any]
    claims: Sequence[tuple[str, str, Mapping[str, Any]]]
    """(path, sha256 of its bytes, claim)."""
    now: Mapping[str, Declared]

    @property
    def name(self) -> str:
        return f"{self.model}@{self.version}"


def uses(line: Line, models: Sequence[str], claims: Mapping[str, bytes] | None = None) -> list[Use]:
    """Every version of some models, newest first, with all that came of it. `claims`: `claim_texts`, where they were read already."""
    names = set(models)
    word = models[0] if len(models) == 1 else None
    texts = claim_texts(line) if claims is None else claims
    own = [c for c in _parsed(texts, word) if pick(c[2], "subject", "model") in names]
    standing = {ref: d for ref, (_, d) in deployments_at(line, line.tip, word=word).items() if d.model in names and d.version}
    folders = [f"{REGISTRY}/{m}" for m in sorted(names)]
    records = {p: c for p, c in line.repository.show_all(line.tip, folders).items() if is_record_path(p)}
    found = [_use(path, mapping(path, content), own, standing) for path, content in records.items()]
    return sorted(found, key=lambda u: (u.model, [-n for n in version_key(u.version)]))


def claim_texts(line: Line) -> dict[str, bytes]:
    """{path: bytes} of every claim at the tip: a deployment's name does not say its model, so all of them are looked through."""
    blobs = {p: b for p, b in line.repository.blobs(line.tip, [CLAIMS]).items() if is_claim_path(p)}
    return dict(zip(blobs, line.repository.contents(list(blobs.values())), strict=True))


def _parsed(texts: Mapping[str, bytes], word: str | None) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    return ((path, bytes_digest(content), mapping(path, content)) for path, content in texts.items() if has_word(content, word))


def _use(path: str, record: Mapping[str, Any], claims: Iterable[tuple[str, str, Mapping[str, Any]]], now: Mapping[str, Declared]) -> Use:
    _, model, file = path.split("/")
    version = file.removesuffix(".yaml")
    own = [c for c in claims if (pick(c[2], "subject", "model"), pick(c[2], "subject", "version")) == (model, version)]
    return Use(model, version, record, own, {ref: d for ref, d in now.items() if (d.model, d.version) == (model, version)})


def use_tree(use: Use, kinds: Mapping[str, str]) -> Node:
    """A version with its claims, and each claim with its place: does the version stand there now, by this claim? `kinds`: of targets."""
    claimed = tuple(_claim_node(use, claim, kinds) for claim in use.claims)
    known = {digest for _, digest, _ in use.claims}
    by_hand = (_place(ref, d, kinds, "now, by no claim") for ref, d in sorted(use.now.items()) if d.claim not in known)
    return Node("version", use.name, {"digest": str(pick(use.record, "digest"))}, (*claimed, *by_hand))


def _claim_node(use: Use, claim: tuple[str, str, Mapping[str, Any]], kinds: Mapping[str, str]) -> Node:
    path, digest, form = claim
    ref = f"deployment/{pick(form, 'subject', 'environment')}/{pick(form, 'subject', 'deployment')}"
    there = use.now.get(ref)
    stands = there is not None and there.claim == digest
    place = _place(ref, there, kinds, "now") if stands else Node("deployment", ref, {"stands": "before"})
    return Node("claim", path, {"type": str(pick(form, "type"))}, (place,))


def _place(ref: str, declared: Declared | None, kinds: Mapping[str, str], stands: str) -> Node:
    target = declared.target if declared else None
    how = {"target": f"{target} ({kinds.get(target, 'unknown')})"} if target else {}
    return Node("deployment", ref, {"stands": stands, **how})


def target_kinds(line: Line) -> dict[str, str]:
    """{DeploymentTarget: its kind} at the tip."""
    blobs = {p: b for p, b in line.repository.blobs(line.tip, [SPECS]).items() if p.endswith(SUFFIXES)}
    contents = zip(blobs, line.repository.contents(list(blobs.values())), strict=True)
    return dict(pair for path, content in contents if b"DeploymentTarget" in content for pair in _targets(path, content))


def _targets(path: str, content: bytes) -> list[tuple[str, str]]:
    documents = load_documents(path, content)[0]
    if any(pick(d.value, "apiVersion") != API_VERSION for d in documents):
        from mlspec.compiler.load.versions import upgrade  # and all of the language with it, which takes longer than Git

        documents = upgrade(documents)[0]
    values = [d.value for d in documents if pick(d.value, "kind") == "DeploymentTarget"]
    specs = [(pick(v, "metadata", "name"), pick(v, "spec")) for v in values]
    return [
        (str(name), next((str(k) for k in spec if k not in _OF_ALL_KINDS), "unknown")) for name, spec in specs if isinstance(spec, dict)
    ]


_OF_ALL_KINDS = ("runsOn",)
"""What a target's spec may say beside its kind's own key."""


def folders_after(line: Line, ref: str) -> tuple[str, ...]:
    """The folder of `source/NAME` or `features/NAME`, and those of the sources and sets made of it at the tip, each with a final `/`."""
    folders = [f"{object_folder(ref)}/"]
    paths = [f"{folder}/{FILE}" for folder in line.repository.folders(line.tip, [DATA, FEATURES]) if f"{folder}/" not in folders]
    texts = dict(zip(paths, line.repository.read([f"{line.tip}:{path}" for path in paths]), strict=True))
    while texts:
        found = [p for p, text in texts.items() if text is not None and _reads(p, text, tuple(folders), MAKING)]
        if not found:
            break
        folders += [f"{path.rpartition('/')[0]}/" for path in found]
        texts = {path: text for path, text in texts.items() if path not in found}
    return tuple(dict.fromkeys(folders))


def users_of_rows(line: Line, folders: Sequence[str]) -> list[str]:
    """The models whose dvc.lock read rows in these folders at any step of the line, so also those that read others by now."""
    found = [c for c in changes(line, [MODELS]) if c.new and c.path.endswith(f"/{FILE}")]
    blobs = list(dict.fromkeys(str(c.new) for c in found))
    texts = dict(zip(blobs, line.repository.contents(blobs), strict=True))
    names = [folder.split("/")[-2] for folder in folders]
    reading = {b for b, text in texts.items() if any(has_word(text, name) for name in names)}
    parsed = {c.path for c in found if c.new in reading and _reads(c.path, texts[str(c.new)], tuple(folders))}
    return sorted({path.split("/")[2] for path in parsed if path.count("/") == 3})


def steps_reading(line: Line, places: Sequence[str]) -> list[str]:
    """The Steps whose dvc.lock at the tip reads something in these folders, or one of these files."""
    folders = list(line.repository.folders(line.tip, [STEPS]))
    texts = line.repository.read([f"{line.tip}:{folder}/{FILE}" for folder in folders])
    pairs = [(folder, text) for folder, text in zip(folders, texts, strict=True) if text is not None]
    return [object_in(folder) for folder, text in pairs if _reads(f"{folder}/{FILE}", text, tuple(places))]


def folders_of_outputs(line: Line, ref: str, folders: Sequence[str]) -> list[str]:
    """`folders`, and what a Step wrote elsewhere."""
    if not ref.startswith("step/"):
        return list(folders)
    folder = object_folder(ref)
    stages = parse_lock(folder, line.repository.show(line.tip, f"{folder}/{FILE}")).values()
    return [*folders, *(path for stage in stages for path in stage.outs)]


MAKING = ("ingest", "features")
"""The stages that make rows of other rows. (A rule that compares with another source makes none of it.)"""


def _reads(path: str, content: bytes, folders: tuple[str, ...], stages: tuple[str, ...] = ()) -> bool:
    found = parse_lock(path.rpartition("/")[0], content)
    return any(dep.startswith(folders) for name, stage in found.items() if not stages or name in stages for dep in stage.deps)


def read_rows(line: Line, use_list: Sequence[Use], folders: Sequence[str]) -> list[Use]:
    """Those versions whose dvc.lock, at the commit of the record, reads rows in these folders; and those whose commit is gone."""
    paths = [f"{_folder(u)}/{FILE}" for u in use_list]
    names = [f"{pick(u.record, 'commit')}:{path}" for u, path in zip(use_list, paths, strict=True)]
    texts = line.repository.read(names)
    return [u for u, path, text in zip(use_list, paths, texts, strict=True) if text is None or _reads(path, text, tuple(folders))]


def _folder(use: Use) -> str:
    path = pick(use.record, "artifacts", "model", "path")
    return str(path).rpartition("/")[0] if path else model_folder(use.model)
