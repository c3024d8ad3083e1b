"""Faults, one at a time, in a generated workflow: something that `make test` runs must notice each. The table in docs/guides/ci.md is made of this."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.workflow_checks import broken_rules, jactionlint, write, zizmor
from support.workflow_projects import workflows_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "ci.md"
CI, DEPLOY, PROMOTE, RETRAIN = (f".github/workflows/mlspec-{name}.yml" for name in ("ci", "deploy", "promote", "retrain"))
CHECKOUT = '"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1" # v7.0.1'
STALE = 'if mlspec plan --exit-code > /dev/null; then echo "stale=false" >> "$GITHUB_OUTPUT"'
Fault = tuple[str, str, str, str]
"""What is wrong, the workflow, the text that is replaced (its first place), and by what."""

FAULTS: tuple[Fault, ...] = (
    ("an action by its tag", CI, CHECKOUT, "actions/checkout@v7"),
    ("an action by its branch", CI, CHECKOUT, "actions/checkout@main"),
    ("an action of somebody else's, pinned", CI, "actions/setup-python@", "mallory/setup-python@"),
    ("a pin without its release", CI, CHECKOUT, CHECKOUT.partition(" #")[0]),
    ("an unknown input of an action", CI, "fetch-depth: 0", "fetch-deep: 0"),
    ("a checkout that leaves its token", CI, "persist-credentials: false", "persist-credentials: true"),
    ("a misspelt key of a job", CI, "timeout-minutes: 15", "timeout-minuts: 15"),
    ("a misspelt key of a step", CI, "        env:\n", "        envs:\n"),
    ("no time limit", CI, "    timeout-minutes: 15\n", ""),
    ("all permissions", CI, "permissions: {}", "permissions: write-all"),
    ("no permissions on top", CI, "permissions: {}\n", ""),
    ("a permission that does not exist", CI, "contents: read", "content: read"),
    ("a permission without its reason", CI, "contents: write # to push the commit of locks and metrics", "contents: write"),
    ("a script that a branch's name can extend", CI, 'origin "HEAD:refs/heads/$BRANCH"', 'origin "HEAD:refs/heads/${{ github.head_ref }}"'),
    ("a script that an input can extend", PROMOTE, '--to "$ENVIRONMENT"', "--to ${{ inputs.environment }}"),
    ("an unquoted shell variable", PROMOTE, '"model/$MODEL"', "model/$MODEL"),
    ("a shell syntax error", CI, STALE, STALE.replace("then", "than")),
    ("a variable that nothing sets", CI, '-r "$REQUIREMENTS"', '-r "$REQUIREMENT"'),
    ("secrets in a job without an environment", CI, "    environment: mlspec-storage\n", ""),
    ("secrets for the whole workflow", CI, "permissions: {}\n", "permissions: {}\nenv:\n  KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"),
    ("all secrets at once", CI, "${{ secrets.AWS_SECRET_ACCESS_KEY }}", "${{ toJSON(secrets) }}"),
    ("started by pull_request_target", CI, "  pull_request:\n", "  pull_request_target:\n"),
    ("an unknown event", CI, "  merge_group: {}", "  merge_queue: {}"),
    ("an unknown runner", CI, "runs-on: ubuntu-latest", "runs-on: ubuntu-lastest"),
    ("a bad schedule", RETRAIN, '"41 4 * * 1"', '"41 24 * * 1"'),
    ("a job that needs an unknown one", CI, "needs: train", "needs: trains"),
    ("jobs that need each other", CI, "  check:\n    name: check\n", "  check:\n    name: check\n    needs: record\n"),
    ("a bad expression", CI, "needs.check.outputs.stale == 'true'", "needs.check.outputs.stale = 'true'"),
    ("an output that no job has", CI, "needs.check.outputs.stale", "needs.check.outputs.stall"),
    ("an output that no step has", PROMOTE, "${{ steps.promote.outputs.branch }}", "${{ steps.promoted.outputs.branch }}"),
    ("a condition that is always true", CI, "if: \"github.event_name != 'merge_group'", "if: \"${{ github.event_name != 'merge_group' }} "),
    ("a job twice", CI, "  record:\n", "  train:\n"),
    ("no concurrency", CI, 'concurrency:\n  group: "mlspec-ci-${{ github.event.pull_request.number || github.ref }}"\n  cancel-in-progress: true\n', ""),
    ("a shell that does not stop", CI, "    shell: bash", "    shell: sh"),
    ("an old way to set an output", CI, 'echo "stale=false" >> "$GITHUB_OUTPUT"', 'echo "::set-output name=stale::false"'),
    ("code of a pull request with a token that writes", CI, "      contents: read # to check out\n    environment", "      contents: write # to push\n    environment"),
    ("an input of a type that does not exist", PROMOTE, "type: choice", "type: choise"),
    ("no YAML", CI, "jobs:\n", "jobs: {\n"),
)  # fmt: skip
Caught = dict[str, list[str]]


def _seeded(fault: Fault) -> str:
    title, path, old, new = fault
    text = workflows_of("s3")[path]
    assert old in text, f"{title}: {old!r} is not in {path}"
    return text.replace(old, new, 1)


@cache
def _by_zizmor(root: Path) -> list[str]:
    """One start for each: zizmor gives up at the first workflow that it can't read, which turns `make check` red as well."""
    try:
        return sorted(set().union(*zizmor(root).values()))
    except AssertionError as refused:
        if "failed to load" in str(refused) or "no audit was performed" in str(refused):
            return ["can't read it"]
        raise


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Caught]:
    """What caught a fault: tool -> its rules."""
    root = tmp_path_factory.mktemp("faults")
    for number, fault in enumerate(FAULTS):
        write(root / f"{number:02d}", {fault[1]: _seeded(fault)})
    by_jactionlint = jactionlint(root, "default")

    def of(title: str) -> Caught:
        [(number, fault)] = [(n, f) for n, f in enumerate(FAULTS) if f[0] == title]
        name = f"{number:02d}"
        rules = {"zizmor": _by_zizmor(root / name), "jactionlint": sorted(by_jactionlint.get(f"{name}/{fault[1]}", ()))}
        house = [re.sub(r"^line \d+: |^[\w-]+: (?=.)", "", rule) for rule in broken_rules(_seeded(fault))]
        return {tool: names for tool, names in (rules | {"house rule": sorted(set(house))}).items() if names}

    return of


@pytest.mark.parametrize("title", [fault[0] for fault in FAULTS])
def test_is_caught(title: str, caught: Callable[[str], Caught]) -> None:
    print(title, caught(title))
    assert caught(title)


def test_the_guide_says_what_catches_what(caught: Callable[[str], Caught]) -> None:
    def cell(names: list[str]) -> str:
        return ", ".join(f"`{name}`" for name in names)

    def row(title: str) -> str:
        found = caught(title)
        return f"| {title} | {cell(found.get('zizmor', []))} | {cell(found.get('jactionlint', []))} | {'yes' if 'house rule' in found else ''} |"

    table = [row(fault[0]) for fault in FAULTS]
    start, end = "<!-- faults -->\n", "<!-- /faults -->"
    guide = GUIDE.read_text(encoding="utf-8")
    print("\n".join(table))
    assert guide.partition(start)[2].partition(end)[0].splitlines()[2:] == table
