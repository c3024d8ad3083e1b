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
CI, DEPLOY, PROMOTE, RETRAIN = (f"s3:mlspec-{name}.yml" for name in ("ci", "deploy", "promote", "retrain"))
OIDC = "oidc-s3:mlspec-ci.yml"
CHECKOUT = '"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1" # v7.0.1'
UPLOADED = "          overwrite: true\n          retention-days: 7\n"
RUN_RECORD = 'mlspec ci record --report "$RUNNER_TEMP/mlspec/report"'
RUN_PLAN = 'mlspec ci plan --base "$BASE"'
RUN_TRAIN = 'mlspec ci train --plan "$RUNNER_TEMP/mlspec/plan.json" --shard "$SHARD"'
TOKEN = '          GITHUB_TOKEN: "${{ github.token }}"\n'
SHARD = '          SHARD: "${{ matrix.shard }}"\n'
OF_STORAGE = "    environment:\n      name: mlspec-storage\n      deployment: false\n"
GROUP = (
    "mlspec-ci-${{ !(github.event.sender.login == 'github-actions[bot]') && github.event.pull_request.number"
    " || format('{0}-{1}', github.ref, github.sha) }}"
)
CANCELS = "${{ github.event.action != 'reopened' }}"
WRITER = "      contents: write # to push the commit of locks and metrics\n"
Fault = tuple[str, str, str, str]
"""What is wrong, the project and its workflow, the text that is replaced (its first place), and by what."""

FAULTS: tuple[Fault, ...] = (
    ("an action by its tag", CI, CHECKOUT, "actions/checkout@v7"),
    ("an action by its branch", CI, CHECKOUT, "actions/checkout@main"),
    ("an action of somebody else's, pinned", CI, "actions/setup-python@", "mallory/setup-python@"),
    ("a pin without its release", CI, CHECKOUT, CHECKOUT.partition(" #")[0]),
    ("an unknown input of an action", CI, "fetch-depth: 0", "fetch-deep: 0"),
    ("a checkout that leaves its token", CI, "persist-credentials: false", "persist-credentials: true"),
    ("a cache that a pull request could have filled", DEPLOY, '          python-version: "3.11"\n', '          python-version: "3.11"\n          cache: pip\n'),
    ("a cache mode that lets a run save", CI, "cache-mode: none", "cache-mode: write"),
    ("a misspelt key of a job", CI, "timeout-minutes: 15", "timeout-minuts: 15"),
    ("a misspelt key of a step", CI, "        env:\n", "        envs:\n"),
    ("no time limit", CI, "    timeout-minutes: 15\n", ""),
    ("no time limit of a matrix", CI, '    timeout-minutes: "${{ matrix.minutes }}"\n', ""),
    ("a time limit that is no number", CI, "timeout-minutes: 15", "timeout-minutes: soon"),
    ("all permissions", CI, "permissions: {}", "permissions: write-all"),
    ("no permissions on top", CI, "permissions: {}\n", ""),
    ("a permission that does not exist", CI, "contents: read", "content: read"),
    ("a permission without its reason", CI, WRITER, "      contents: write\n"),
    ("a permission that nothing uses", CI, WRITER, WRITER + "      packages: write # just in case\n"),
    ("a script that a branch's name can extend", CI, '--branch "$BRANCH"', '--branch "${{ github.head_ref }}"'),
    ("a script that an input can extend", PROMOTE, '--to "$ENVIRONMENT"', "--to ${{ inputs.environment }}"),
    ("a script that a matrix can extend", CI, '--shard "$SHARD"', '--shard "${{ matrix.shard }}"'),
    ("an unquoted shell variable", PROMOTE, '"model/$MODEL"', "model/$MODEL"),
    ("a shell syntax error", RETRAIN, '"true" ]; then', '"true" ]; than'),
    ("a variable that nothing sets", CI, '-r "$REQUIREMENTS"', '-r "$REQUIREMENT"'),
    ("an installation without hashes", CI, " --require-hashes", ""),
    ("an installation that resolves what is locked", CI, " --no-deps", ""),
    ("an installation that is not checked", CI, "\n          python -m pip check", ""),
    ("a failure that is passed over by the shell", CI, RUN_PLAN, f"{RUN_PLAN} || true\n          {RUN_PLAN}"),
    ("a failure that is passed over by the job", CI, "        env:\n          SHARD", "        continue-on-error: true\n        env:\n          SHARD"),
    ("secrets in a job without an environment", CI, OF_STORAGE, ""),
    ("secrets for the whole workflow", CI, "permissions: {}\n", "permissions: {}\nenv:\n  KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"),
    ("all secrets at once", CI, "${{ secrets.AWS_SECRET_ACCESS_KEY }}", "${{ toJSON(secrets) }}"),
    ("a secret in one step", CI, SHARD, SHARD + '          KEY: "${{ secrets.AWS_SECRET_ACCESS_KEY }}"\n'),
    ("signing in without an environment", OIDC, OF_STORAGE, ""),
    ("signing in beside a token that writes", OIDC, WRITER, WRITER + "      id-token: write # to sign in to the storage\n"),
    ("signing in without the right to", OIDC, "      id-token: write # to sign in to the storage\n", ""),
    ("started by pull_request_target", CI, "  pull_request:\n", "  pull_request_target:\n"),
    ("an unknown event", CI, "  merge_group: {}", "  merge_queue: {}"),
    ("not in the merge queue", CI, "  merge_group: {}\n", ""),
    ("an unknown runner", CI, "runs-on: ubuntu-latest", "runs-on: ubuntu-lastest"),
    ("a bad schedule", RETRAIN, '"41 4 * * 1"', '"41 24 * * 1"'),
    ("a job that needs an unknown one", CI, "      - gather\n", "      - gathers\n"),
    ("jobs that need each other", CI, "  plan:\n    name: plan\n", "  plan:\n    name: plan\n    needs: record\n"),
    ("a bad expression", CI, "needs.plan.result == 'success'", "needs.plan.result = 'success'"),
    ("an output that no job has", CI, "needs.plan.outputs.layer_models", "needs.plan.outputs.layer_model"),
    ("an output that no step has", CI, "steps.report.outputs", "steps.reports.outputs"),
    ("a matrix of nothing that is planned", CI, "fromJSON(needs.plan.outputs.layer_data)", "fromJSON(needs.plan.outputs.layer_date)"),
    ("a matrix of which one failure stops all", CI, "fail-fast: false", "fail-fast: true"),
    ("a matrix that takes every runner", CI, "      max-parallel: 20\n", ""),
    ("a layer that waits for a failed one in vain", CI, "!cancelled() && needs.plan.result == 'success' && needs.plan.outputs.layer_models", "needs.plan.outputs.layer_models"),
    ("a sparse checkout by folders", CI, "sparse-checkout-cone-mode: false", "sparse-checkout-cone-mode: true"),
    ("a required check that is skipped without a plan", CI, '    if: "${{ !cancelled() }}"\n    runs-on', "    if: \"${{ needs.plan.result == 'success' }}\"\n    runs-on"),
    ("a required check that is skipped at a new title", CI, "  pull_request:\n", "  pull_request:\n    types: [opened, synchronize, reopened, edited]\n"),
    ("a required check that is skipped for forks", CI, "    name: verify\n", '    name: verify\n    if: "${{ !github.event.pull_request.head.repo.fork }}"\n'),
    ("a condition that is always true", CI, 'if: "${{ !cancelled() && needs.gather', 'if: "${{ !cancelled() }} && ${{ needs.gather'),
    ("a job twice", CI, "  record:\n", "  models:\n"),
    ("a step's id twice", CI, "        id: report\n", "        id: plan\n      - name: Twice\n        run: echo\n        id: plan\n"),
    ("no concurrency", CI, f'concurrency:\n  group: "{GROUP}"\n  cancel-in-progress: "{CANCELS}"\n', ""),
    ("a shell that does not stop", CI, "    shell: bash", "    shell: sh"),
    ("an old way to set an output", RETRAIN, 'echo "commit=$(git rev-parse HEAD)" >> "$GITHUB_OUTPUT"', 'echo "::set-output name=commit::$(git rev-parse HEAD)"'),
    ("code of a change with a token that writes", CI, "      contents: read # to check out\n    environment", "      contents: write # to push\n    environment"),
    ("training with a token that writes", CI, RUN_RECORD, f"mlspec run --pull\n          {RUN_RECORD}"),
    ("a change checked out with a token that writes", CI, "          ref: main\n", '          ref: "${{ github.event.pull_request.head.sha }}"\n'),
    ("the merge result checked out with a token that writes", CI, "          ref: main\n", ""),
    ("a command added to the one that writes", CI, '--branch "$BRANCH"', '--branch "$BRANCH"; ./notify.sh'),
    ("a token for a whole job", CI, "    outputs:\n      report", '    env:\n      GITHUB_TOKEN: "${{ github.token }}"\n    outputs:\n      report'),
    ("a token where a change's code runs", CI, SHARD, SHARD + TOKEN),
    ("a token in a step that installs", PROMOTE, "        env:\n          REQUIREMENTS", f"        env:\n{TOKEN}          REQUIREMENTS"),
    ("a tool that is not on every runner", CI, RUN_RECORD, f"gh pr comment --body done\n          {RUN_RECORD}"),
    ("a container by its tag", CI, "    timeout-minutes: 15\n", "    timeout-minutes: 15\n    container: python:3.11\n"),
    ("an artifact that a second attempt can't replace", CI, UPLOADED, UPLOADED.partition("\n")[2]),
    ("an artifact that is kept for ever", CI, "          retention-days: 7\n", ""),
    ("an artifact with hidden files", CI, UPLOADED, UPLOADED + "          include-hidden-files: true\n"),
    ("an artifact put into the working folder", CI, 'path: "${{ runner.temp }}/mlspec/results"\n      - name: Check and', "path: pipelines\n      - name: Check and"),
    ("an input of a type that does not exist", PROMOTE, "type: choice", "type: choise"),
    ("an input that does not exist", PROMOTE, "${{ inputs.model }}", "${{ inputs.modle }}"),
    ("no YAML", CI, "jobs:\n", "jobs: {\n"),
)  # fmt: skip
Caught = dict[str, list[str]]


def _path(fault: Fault) -> str:
    return f".github/workflows/{fault[1].partition(':')[2]}"


def _seeded(fault: Fault) -> str:
    title, where, old, new = fault
    text = workflows_of(where.partition(":")[0])[_path(fault)]
    assert old in text, f"{title}: {old!r} is not in {where}"
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
        write(root / f"{number:02d}", {_path(fault): _seeded(fault)})
    by_jactionlint = jactionlint(root, "default")

    def of(title: str) -> Caught:
        [(number, fault)] = [(n, f) for n, f in enumerate(FAULTS) if f[0] == title]
        name = f"{number:02d}"
        rules = {"zizmor": _by_zizmor(root / name), "jactionlint": sorted(by_jactionlint.get(f"{name}/{_path(fault)}", ()))}
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
