"""Valid specs, damaged at the level of bytes, of tokens and of the tree: the compiler answers with a project or with diagnostics, in time."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.projects import SPECS, compile_texts

from mlspec.compiler.lint import Wish
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.diagnostics.render import STYLES, render
from mlspec.language.format.layout import format_text
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.write import dump
from mlspec.pipelines.generate.render import render as generate

ROOT = Path(__file__).resolve().parents[2]
QUICK_SECONDS, LONG_SECONDS = 3.0, 60.0
SECONDS_EACH = 2.0
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOKEN = re.compile(r"[A-Za-z0-9_.$%@/-]+|\s+|.", re.DOTALL)


def _samples() -> list[str]:
    """Specs of the test project, of the example project and of the documentation."""
    files = [*(ROOT / "example-project/specs").rglob("*.yaml"), *(ROOT / "example-project/environments").rglob("*.yaml")]
    pages = [ROOT / "docs/reference/language.md", *sorted((ROOT / "docs/guides").glob("*.md"))]
    blocks = [b for page in pages for b in BLOCK.findall(page.read_text(encoding="utf-8")) if "apiVersion: mlspec/" in b]
    return [*SPECS.values(), *(f.read_text(encoding="utf-8") for f in sorted(files)), *blocks]


TEXTS = _samples()
TREES = [d.value for text in TEXTS for d in load_documents("a.yaml", text)[0] if isinstance(d.value, dict)]
TOKENS = sorted({token for text in TEXTS for token in TOKEN.findall(text)})
KEYS = sorted({key for text in TEXTS for key in re.findall(r"([A-Za-z]+):", text)})

HOSTILE: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        10**18,
        -(10**18),
        0.0,
        -0.5,
        1e308,
        5e-324,
        "",
        " ",
        "0",
        "NaN",
        "20%",
        "-5%",
        "1e999%",
        "24h",
        "9" * 300 + "h",
    ),
    *(
        "a" * 300,
        "../x",
        "/etc/passwd",
        "a/../../b",
        "-x",
        "con",
        "\x00",
        "\n",
        "\u202e",
        "𝐝emand",
        "${var.x}",
        "${env}",
        "${each.a}",
        "${",
        "$(id)",
    ),
    *(
        "mae <= 50",
        "mae<=",
        "mae >= 1e400",
        "<= 5",
        "*",
        "&a",
        "!!python/object",
        "<<",
        "(a+)$",
        "((",
        "src.x:y",
        "a.b.C",
        "default",
        "all",
    ),
    *([], {}, [[]], [{}], {"a": None}, [None], ["a", 1], {"": ""}, {"name": {}}, {"metric": []}),
]


def check(path: str, text: str | bytes) -> Compiled:
    """Compile and lint the test project with the text in it; print what comes of it in every style; format the text; generate files."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogatepass")
    specs = {k: v.encode() for k, v in SPECS.items()} | {path: data}
    began = time.process_time()
    compiled = compile_inputs(Path("/nowhere"), Inputs(specs, {}, frozenset({"requirements.lock"})), wish=Wish(("all",)))
    assert time.process_time() - began < SECONDS_EACH
    assert all(re.fullmatch(r"MLS\d{4}", d.code) and d.message and "\n" not in d.message for d in compiled.diagnostics)
    assert compiled.project is not None or any(d.severity == "error" for d in compiled.diagnostics)
    shown = {k: v.decode("utf-8", errors="replace") for k, v in specs.items()}
    for style in STYLES:
        render(list(compiled.diagnostics), style, sources=shown)
    format_text(path, data)
    if compiled.project is not None and compiled.graph is not None:
        check_generated(generate(compiled.project, compiled.graph))
    return compiled


def check_generated(files: Any) -> None:
    """No path leaves the repository, and what is YAML is YAML."""
    for name, text in files.items():
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        if name.endswith((".yaml", ".yml")):
            documents, found = load_documents(name, text)
            assert not found, (name, found)
            assert len(documents) == 1


PATHS = st.sampled_from([*SPECS, "specs/more.yaml", "specs/overlays/staging/x.yaml", "environments/production/more.yaml"])


@st.composite
def damaged_bytes(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(TEXTS)).encode())
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=6))
    return bytes(data)


@st.composite
def damaged_tokens(draw: st.DrawFn) -> str:
    tokens = TOKEN.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(tokens)))
        reach = draw(st.integers(0, 4))
        piece = draw(st.lists(st.sampled_from(TOKENS), max_size=3) | st.just(tokens[at : at + reach] * 2))
        tokens[at : at + reach] = piece
    return "".join(tokens)


@st.composite
def damaged_tree(draw: st.DrawFn) -> Any:
    tree = copy.deepcopy(draw(st.sampled_from(TREES)))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(tree)) or [([tree], 0)]))
        change = draw(st.sampled_from(["put", "drop", "rename", "wrap", "add"]))
        if change == "put":
            holder[key] = copy.deepcopy(draw(st.sampled_from(HOSTILE) | st.sampled_from([v for _, v in _values(tree)])))
        elif change == "wrap":
            holder[key] = draw(st.sampled_from([lambda v: [v], lambda v: {"name": v}, lambda v: [v, v]]))(holder[key])
        elif change == "drop":
            del holder[key]
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(KEYS) | st.text(max_size=5))] = (
                holder.pop(key) if change == "rename" else copy.deepcopy(draw(st.sampled_from(HOSTILE)))
            )
    return tree


def _places(tree: Any) -> Any:
    for holder, key in ((tree, k) for k in (list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ())):
        yield holder, key
        yield from _places(holder[key])


def _values(tree: Any) -> Any:
    return [(key, holder[key]) for holder, key in _places(tree)] or [(None, tree)]


def write(tree: Any) -> str | None:
    """The tree as text; None for what the writer refuses (a lone surrogate, NaN)."""
    try:
        return dump(tree) if isinstance(tree, (dict, list)) and tree else None
    except (ValueError, TypeError):
        return None


def fuzz(strategy: st.SearchStrategy[Any], seconds: float) -> None:
    """Draw and check until the time is over; the failing example is shrunk and shown."""
    end = time.monotonic() + seconds

    @settings(
        max_examples=1_000_000, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink]
    )
    @given(PATHS, strategy)
    def one(path: str, made: Any) -> None:
        if time.monotonic() > end:
            raise _TimeIsUpError
        text = made if isinstance(made, (str, bytes)) else write(made)
        if text is not None:
            check(path, text)

    try:
        one()
    except _TimeIsUpError:
        return


class _TimeIsUpError(BaseException):
    """Ends Hypothesis at once: it takes no BaseException for a failure of the property."""


LEVELS: dict[str, Callable[[], st.SearchStrategy[Any]]] = {"bytes": damaged_bytes, "tokens": damaged_tokens, "tree": damaged_tree}


@pytest.mark.parametrize("level", LEVELS)
def test_a_damaged_spec_is_compiled_or_refused(level: str) -> None:
    fuzz(LEVELS[level](), QUICK_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_damaged_specs_for_minutes(level: str) -> None:
    fuzz(LEVELS[level](), LONG_SECONDS)


def test_the_samples_are_sound() -> None:
    assert len(TEXTS) > 30
    assert compile_texts(SPECS).project is not None
