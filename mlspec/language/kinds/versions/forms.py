"""Steps that change the form of a collection: named items as a mapping or as a list, a variant by its key or by a tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlspec.diagnostics import did_you_mean
from mlspec.language.kinds.versions.part import Log, Part
from mlspec.language.kinds.versions.steps import find


def spread(part: Part, name: str, short: str | None, log: Log) -> None:
    """{n: {…}} -> [{name: n, …}], in place; a bare value is that of `short`."""
    if part.value is None:
        return
    if not isinstance(part.value, dict):
        log.add(part.at, f"a mapping is expected here in {log.old}", f"write the `{name}` of each as its key")
        return
    items = []
    for key, item in part.value.items():
        first = {name: Part(key, item.key_at)}
        if isinstance(item.value, dict):
            if name in item.value:
                log.foreign(item.value[name], name, f"remove it: the key `{key}` says it")
            items.append(Part(first | item.value, item.at))
        elif short is not None:
            items.append(Part({**first, short: Part(item.value, item.at)}, item.at))
        else:
            log.add(item.at, f"`{key}` is no mapping", "write a mapping")
    part.value = items


def gather(part: Part, name: str, short: str | None, log: Log) -> None:
    """[{name: n, …}] -> {n: {…}}, in place; an item with nothing but `short` becomes its bare value."""
    if part.value is None:
        return
    if not isinstance(part.value, list):
        log.add(part.at, f"a list is expected here in {log.old}", f"write a list of mappings with `{name}`")
        return
    named: dict[str, Part] = {}
    for item in part.value:
        key = _name_of(item, name, named, log)
        if key is not None:
            label = item.value.pop(name)
            bare = item.value.get(short) if short is not None and set(item.value) == {short} else None
            named[key] = item if bare is None or not bare.is_scalar else Part(bare.value, bare.at)
            named[key].named = label.at
    part.value = named


def _name_of(item: Part, name: str, taken: Mapping[str, Part], log: Log) -> str | None:
    """The name of an item, if it can be a key."""
    label = item.value.get(name) if isinstance(item.value, dict) else None
    if label is None or not isinstance(label.value, str) or "${" in label.value:
        log.inexpressible(
            item.at if label is None else label.at, f"an item without a plain `{name}`", f"write its `{name}` as text without `${{`"
        )
    elif label.value in taken:
        log.inexpressible(label.at, f"the {name} `{label.value}` given twice", "remove or rename one of the two")
    else:
        return label.value
    return None


@dataclass(frozen=True, slots=True)
class ListOfNamed:
    """A mapping by name became a list of items that say their name."""

    path: str
    name: str
    short: str | None = None

    def up(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is not None:
            spread(found, self.name, self.short, log)

    def down(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is not None:
            gather(found, self.name, self.short, log)

    def words(self) -> Iterable[tuple[str, str]]:
        return ()


@dataclass(frozen=True, slots=True)
class MappingByName:
    """A list of items that say their name became a mapping by name."""

    path: str
    name: str

    def up(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is not None:
            gather(found, self.name, None, log)

    def down(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is not None:
            spread(found, self.name, None, log)

    def words(self) -> Iterable[tuple[str, str]]:
        return ()


@dataclass(frozen=True, slots=True)
class Variant:
    """How a variant looks in the older version: `tag` names it, `value` is the key that holds it; without, its keys stand beside the tag.

    `implied`: the value that is meant where the key is left out.
    """

    tag: str
    value: str | None = None
    implied: object = ...


Variants = Mapping[str, Variant]


def untag(part: Part, tag: str, variants: Variants, log: Log, stay: Iterable[str] = ()) -> str | None:
    """{tag: t, …} -> {variant: …}, in place; keys in `stay` stay beside it. Return the variant."""
    label = part.value.get(tag)
    if label is None:
        written = next((key for key in part.value if key in variants), None)
        if written is not None:
            log.foreign(part.value[written], written, f"write `{tag}: {variants[written].tag}`, and its keys beside it")
        else:
            log.add(part.at, f"the key `{tag}` is missing", f"add it; {did_you_mean('', _tags(variants))}")
        return None
    key = next((k for k, v in variants.items() if v.tag == label.value), None)
    if key is None:
        log.add(label.at, f"`{label.value}` is not allowed here in {log.old}", did_you_mean(str(label.value), _tags(variants)) or "")
        return None
    rest = {k: v for k, v in part.value.items() if k != tag and k not in stay}
    made = _held(part, rest, variants[key], log)
    if made is None:
        return None
    made.named = label.at
    part.value = {k: v for k, v in part.value.items() if k in stay} | {key: made}
    return key


def _tags(variants: Variants) -> list[str]:
    return [v.tag for v in variants.values()]


def _held(part: Part, rest: dict[str, Part], variant: Variant, log: Log) -> Part | None:
    if variant.value is None:
        return Part(rest, part.at)
    extra = next((k for k in rest if k != variant.value), None)
    if extra is not None:
        log.add(rest[extra].key_at, f"unknown key `{extra}` beside `{variant.tag}` in {log.old}", f"it takes `{variant.value}`")
        return None
    if variant.value in rest:
        return rest[variant.value]
    if variant.implied is not ...:
        return Part(variant.implied, part.at)
    log.add(part.at, f"`{variant.tag}` needs the key `{variant.value}`", "add it")
    return None


def retag(part: Part, tag: str, variants: Variants, log: Log, stay: Iterable[str] = ()) -> None:
    """{variant: …} -> {tag: t, …}, in place."""
    found = [key for key in part.value if key not in stay]
    if len(found) != 1 or found[0] not in variants:
        what = f"`{'` and `'.join(found)}` together" if len(found) > 1 else f"`{found[0]}`" if found else "nothing of it"
        log.inexpressible(
            part.value[found[0]].key_at if found else part.at, what, f"exactly one of: {', '.join(f'`{k}`' for k in variants)}"
        )
        return
    held, variant = part.value[found[0]], variants[found[0]]
    beside = {k: v for k, v in part.value.items() if k in stay}
    label = Part(variant.tag, held.key_at)
    if variant.value is not None:
        left_out = variant.implied is not ... and held.value is variant.implied
        part.value = {tag: label, **beside} if left_out else {tag: label, **beside, variant.value: held}
        return
    clash = isinstance(held.value, dict) and {tag, *beside} & set(held.value)
    if not isinstance(held.value, dict) or clash:
        log.inexpressible(held.at, f"`{found[0]}` with this value", "write the mapping that it takes")
        return
    part.value = {tag: label, **beside, **held.value}


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a tag said (`{do: cast, column: x}`) became a key of its own (`{cast: {column: x}}`): of a mapping, or each item of a list.

    What has only keys that stay says no variant: an overlay may be so.
    """

    path: str
    tag: str
    variants: Variants
    stay: tuple[str, ...] = ()

    def up(self, part: Part, log: Log) -> None:
        for each in self._each(part, log):
            untag(each, self.tag, self.variants, log, self.stay)

    def down(self, part: Part, log: Log) -> None:
        for each in self._each(part, log):
            retag(each, self.tag, self.variants, log, self.stay)

    def _each(self, part: Part, log: Log) -> list[Part]:
        found = find(part, self.path)
        if found is None or found.value is None:
            return []
        items = found.value if isinstance(found.value, list) else [found]
        for item in items:
            if not isinstance(item.value, dict):
                log.add(item.at, "a mapping is expected here", f"write `{self.tag}` and what belongs to it")
        return [item for item in items if isinstance(item.value, dict) and set(item.value) - {*self.stay}]

    def words(self) -> Iterable[tuple[str, str]]:
        return [(key, f"{self.tag}: {v.tag}") for key, v in self.variants.items()]
