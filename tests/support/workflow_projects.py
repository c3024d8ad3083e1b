"""Projects of every make whose workflows are linted: storage, runners, environments, schedules, hostile text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from support.projects import MODEL, PROJECT, RULES, SOURCE, SPECS, TARGET, deployment
from support.step_specs import STEP

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.language.yaml.write import quote
from mlspec.pipelines.generate.render import render

EXAMPLE = Path(__file__).resolve().parents[2] / "example-project"
SERVED = "specs/local-rest.yaml"
HOSTILE = (
    "; rm -rf /",
    "${HOME}",
    "${{ github.token }}",
    "${{ secrets.AWS_SECRET_ACCESS_KEY }}",
    "}}${{",
    "a\nb: c\n- d",
    "$(id)",
    "`id`",
    "\u2028",
    "\u0085",
    '"',
    "'",
    "%",
    "#",
    "{{ x }}",
    "\\${x}",
    "\x1b[31m",
    "::set-output name=stale::false",
    "*a",
    "&a",
    "!!python/object:os.system",
    "- x",
    "? x",
    "---",
)


SIGNED_BY_KEY = "{key: MLSPEC_SIGNING_KEY, trusted: {keys: [keys/release.pub]}}"
KEYLESS = "{key: MLSPEC_SIGNING_KEY, trusted: {identities: [{identity: 'https://github.com/acme/shop/.github/workflows/mlspec-sign.yml@refs/heads/main'}]}}"
PUBLIC_KEY = b"""-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE61ZJBgJJI6mhxuW8rolFZMOSNm01
AmS6m+oXORRuZukgh4no4W/8FAv9plhh1pquxcnPFRQ3g50H2l3LjT+C2Q==
-----END PUBLIC KEY-----
"""


IN_GIT = {"keys/release.pub": PUBLIC_KEY, "queries/sales.sql": b"SELECT * FROM sales"}
"""What projects name, and have in Git."""


def project(**spec: str) -> str:
    """The text of a Project: `spec` replaces lines (`storage`, `environments`) or adds them (`ci`)."""
    lines = [line for line in PROJECT.splitlines() if line.strip().partition(":")[0] not in spec]
    return "\n".join([*lines, *(f"  {key}: {value}" for key, value in spec.items())]) + "\n"


def batch(*schedules: str, output: str = "predictions/{}", runs_on: str = "") -> dict[str, str]:
    """Specs of a batch target for each schedule ("" for none), each deployed to production."""
    specs = {}
    for number, schedule in enumerate(schedules):
        cron = f', schedule: "{schedule}"' if schedule else ""
        head = f"apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {{name: batch-{number}}}\n"
        where = f"  runsOn: {runs_on}\n" if runs_on else ""
        specs[f"specs/batch-{number}.yaml"] = (
            f"{head}spec:\n{where}  batch: {{input: sales, output: {quote(output.format(number))}{cron}}}\n"
        )
        text = deployment("production").replace("name: demand,", f"name: week-{number},").replace("local-rest", f"batch-{number}")
        specs[f"environments/production/week-{number}.yaml"] = text
    return specs


def without(*kinds: str) -> dict[str, str]:
    """The usual specs without those that hold one of `kinds`."""
    return {path: text for path, text in SPECS.items() if not any(f"kind: {kind}\n" in text for kind in kinds)}


def many_environments(count: int) -> dict[str, str]:
    names = [f"stage-{number:02d}" for number in range(count)]
    specs = without("Deployment") | {"mlspec.yaml": project(environments=f"[{', '.join(names)}]")}
    return specs | {f"environments/{name}/demand.yaml": deployment(name) for name in names}


def hostile(text: str) -> dict[str, str]:
    """The usual specs with `text` wherever the language takes free text, and a path with all that it allows."""
    marks = f"description: {quote(text)}, owner: {quote(text)}, labels: {{{quote(text)}: {quote(text)}}}"

    def marked(spec: str) -> str:
        return spec.replace("metadata: {name:", f"metadata: {{{marks}, name:", 1)

    specs = {path: marked(spec) for path, spec in SPECS.items()}
    specs["specs/demand.yaml"] = marked(MODEL).replace("alpha: 1.0", f"solver: {quote(text)}, seed: {quote(text)}")
    sql = "shop <> '" + text.replace("'", "''") + "'"
    specs["specs/sales-rules.yaml"] += f"    - {{expression: {quote(sql)}, name: hostile}}\n"
    specs["mlspec.yaml"] = marked(PROJECT) + f"  variables: {{v: {{default: {quote(text)}, description: {quote(text)}}}}}\n"
    return specs


def rendered(specs: dict[str, str], requirements: str = "requirements.lock") -> dict[str, str]:
    """The workflows of a project that must compile: {path: text}."""
    inputs = Inputs({path: text.encode() for path, text in specs.items()}, {}, frozenset({requirements}), IN_GIT.get)
    return _workflows(compile_inputs(Path("/nowhere"), inputs))


def _workflows(compiled: Compiled) -> dict[str, str]:
    assert not [d for d in compiled.diagnostics if d.severity == "error"], compiled.diagnostics
    assert compiled.project and compiled.graph
    return {
        path: text
        for path, text in render(compiled.project, compiled.graph).items()
        if path.startswith((".github/workflows/", ".forgejo/workflows/"))
    }


def fetched(name: str, schedule: str) -> str:
    """The text of a source that is fetched again by a schedule."""
    text = SOURCE.replace("name: sales", f"name: {name}").replace("file: {path: data/sales.csv}", "http: {url: https://example.org/s.csv}")
    return f'{text}  refresh: {{schedule: "{schedule}"}}\n'


def of_a_database() -> str:
    """The text of a source whose rows a database gives."""
    sql = "sql: {connection: SALES_DB, query: queries/sales.sql}"
    return fetched("sales", "0 5 * * *").replace("http: {url: https://example.org/s.csv}", sql)


def zoned(text: str, zone: str = "Europe/Berlin") -> str:
    """Specs whose schedules are meant by the clocks of a place."""
    return re.sub(r'schedule: ("[^"]+")', rf"schedule: {{cron: \1, timezone: {zone}}}", text)


def chain(length: int) -> dict[str, str]:
    """The usual specs, and sources of which each but the first is checked against the one before: a layer each."""
    specs = dict(SPECS)
    for number in range(1, length):
        last = f"s{number - 1}" if number > 1 else "sales"
        specs[f"specs/s{number}.yaml"] = SOURCE.replace("name: sales", f"name: s{number}")
        rules = RULES.replace("name: sales", f"name: s{number}").replace("source: sales", f"source: s{number}")
        specs[f"specs/s{number}-rules.yaml"] = rules + f"    - {{references: {{column: shop, source: {last}, key: shop}}}}\n"
    return specs


UPLOAD = """\
apiVersion: mlspec/v1
kind: Step
metadata: {name: upload}
spec:
  command: curl --fail
  inputs: {report: {step: report}}
  network: true
  secrets: [REPORT_TOKEN]
  resources: {runsOn: [self-hosted, net], timeout: 10m}
"""
SELF_HOSTED = "{runsOn: [self-hosted, linux, gpu.large]}"
ROLE = "arn:aws:iam::123456789012:role/ci+a=b,c.d@e-f_g"
POOL = "projects/1/locations/global/workloadIdentityPools/pool-1/providers/github"
UUID = "11111111-2222-3333-4444-555555555555"
ODD = "locks/a b~(1) [x]@+=,é\u2028\u0085.lock"
PROJECTS: dict[str, dict[str, str]] = {
    "folder": SPECS,
    "s3": SPECS | {"mlspec.yaml": project(storage="{url: s3://acme-ml/shop}")},
    "azure": SPECS | {"mlspec.yaml": project(storage="{url: azure://acme/shop}")},
    "gs": SPECS | {"mlspec.yaml": project(storage="{url: gs://acme/shop}")},
    "ssh": SPECS | {"mlspec.yaml": project(storage="{url: ssh://ada@store.example.org/shop}")},
    "self-hosted": SPECS | {"mlspec.yaml": project(ci=SELF_HOSTED)},
    "one-label": SPECS | {"mlspec.yaml": project(ci="{runsOn: self-hosted}")},
    "target-runs-on": SPECS | {SERVED: TARGET.replace("spec: {", "spec: {runsOn: [self-hosted, serving], ")},
    "batch-elsewhere": SPECS | batch("0 6 * * *", "", runs_on="[self-hosted, batch]"),
    "steps": SPECS | {"specs/report.yaml": STEP, "specs/upload.yaml": UPLOAD},
    "no-models": without("Model", "KPISet", "Deployment"),
    "no-deployments": without("Deployment", "DeploymentTarget"),
    "only-the-project": {"mlspec.yaml": PROJECT},
    "environments": many_environments(30),
    "batch": SPECS | batch("0 6 * * *", "0 6 * * *", "*/15 8-18 * * 1-5", "30 0 1 1,7 *", ""),
    "odd-paths": SPECS | {"mlspec.yaml": project(requirements=quote(ODD))} | batch("", "", output="out {} [a]@é\u2028~(b)"),
    "branch": SPECS | {"mlspec.yaml": project(ci="{branch: release/2026.11-x_y}", python='"3.13"')},
    "s3-and-all": SPECS
    | {
        "mlspec.yaml": project(storage="{url: s3://acme-ml/shop}", ci=SELF_HOSTED),
        SERVED: TARGET.replace("spec: {", "spec: {runsOn: [self-hosted, serving], "),
    }
    | batch("5 4 * * *", runs_on="[self-hosted, batch]"),
    "oidc-s3": SPECS | {"mlspec.yaml": project(storage=f"{{url: s3://acme-ml/shop, region: eu-west-1, oidc: {{role: {quote(ROLE)}}}}}")},
    "oidc-gs": SPECS | {"mlspec.yaml": project(storage=f"{{url: gs://acme/shop, oidc: {{provider: {POOL}}}}}")},
    "oidc-azure": SPECS
    | {"mlspec.yaml": project(storage=f"{{url: azure://acme/shop, account: acmeml, oidc: {{clientId: {UUID}, tenantId: {UUID}}}}}")},
    "layers": chain(12),
    "app": SPECS | {"mlspec.yaml": project(ci="{app: {slug: acme-mlspec, clientId: Iv23liAbCdEfGhIjKlMn}}", signing=SIGNED_BY_KEY)},
    "app-records": SPECS | {"mlspec.yaml": project(ci="{app: {slug: acme-mlspec, clientId: Iv23liAbCdEfGhIjKlMn, pullRequests: true}}")},
    "signed": SPECS | {"mlspec.yaml": project(signing=SIGNED_BY_KEY)},
    "signed-s3": SPECS | {"mlspec.yaml": project(signing=SIGNED_BY_KEY, storage="{url: s3://acme-ml/shop}")},
    "keyless": SPECS | {"mlspec.yaml": project(signing=KEYLESS)},
    "keyless-oidc": SPECS
    | {
        "mlspec.yaml": project(
            signing=KEYLESS, storage=f"{{url: s3://acme-ml/shop, region: eu-west-1, oidc: {{role: {quote(ROLE)}}}}}", ci=SELF_HOSTED
        )
    },
    "resources": SPECS
    | {
        "specs/demand.yaml": MODEL + "  resources: {runsOn: [self-hosted, gpu.large], timeout: 2h}\n",
        "mlspec.yaml": project(ci="{maxParallel: 3}"),
    },
    "refresh": SPECS
    | {
        "specs/sales.yaml": fetched("sales", "0 5 * * *"),
        "specs/a.yaml": fetched("a", "*/30 4 * * 1-5"),
        "specs/b.yaml": fetched("b", "0 5 * * *"),
    },
    "retrain": SPECS | {"mlspec.yaml": project(ci='{retrain: {schedule: "0 3 1 * *", cooldown: 7d, maxPerMonth: 2}}')},
    "zoned": SPECS
    | {
        "specs/sales.yaml": zoned(fetched("sales", "0 5 * * *")),
        "mlspec.yaml": project(ci='{retrain: {schedule: {cron: "0 3 1 * *", timezone: America/New_York}}}'),
    }
    | {path: zoned(text) for path, text in batch("0 6 * * *", "0 6 * * *").items()},
    "all-at-once": chain(3)
    | {
        "specs/other.yaml": fetched("other", "7 7 * * *"),
        "mlspec.yaml": project(storage=f"{{url: s3://acme-ml/shop, oidc: {{role: {quote(ROLE)}, region: eu-west-1}}}}", ci=SELF_HOSTED),
    },
    "database": SPECS | {"specs/sales.yaml": of_a_database(), "specs/b.yaml": fetched("b", "0 5 * * *")},
    "two-sources": SPECS | {"specs/more.yaml": SOURCE.replace("name: sales", "name: more")},
    **{f"hostile-{number}": hostile(text) for number, text in enumerate(HOSTILE)},
}


@cache
def workflows_of(name: str) -> dict[str, str]:
    """The workflows of one of PROJECTS, or of the example project."""
    if name == "example":
        from mlspec.compiler.pipeline import compile_root

        return _workflows(compile_root(EXAMPLE))
    return rendered(PROJECTS[name], ODD if name == "odd-paths" else "requirements.lock")
