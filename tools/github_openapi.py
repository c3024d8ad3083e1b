"""Cuts tests/support/github_openapi.json from GitHub's own OpenAPI description.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tools/github_openapi.py package

Kept: parameters and bodies of the requests that mlspec (or its generated workflows) makes, as JSON Schemas. Answers and examples go.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "tests/support/github_openapi.json"
OPERATIONS = (
    "repos/get",
    "pulls/list",
    "pulls/get",
    "pulls/create",
    "pulls/update",
    "issues/list-comments",
    "issues/list-events",
    "issues/create-comment",
    "issues/update-comment",
    "issues/delete-comment",
    "pulls/list-reviews",
    "pulls/list-commits",
    "repos/create-commit-status",
    "repos/list-pull-requests-associated-with-commit",
    "repos/get-collaborator-permission-level",
    "repos/list-activities",
    "teams/get-by-name",
    "teams/get-membership-for-user-in-org",
    "actions/create-workflow-dispatch",
    "users/get-authenticated",
    "apps/get-by-slug",
    "repos/get-branch",
    "repos/get-branch-protection",
    "repos/get-branch-rules",
    "repos/get-repo-ruleset",
    "repos/get-all-environments",
    "repos/list-deployment-branch-policies",
    "repos/codeowners-errors",
    "actions/list-environment-secrets",
    "actions/list-repo-workflows",
    "actions/get-github-actions-permissions-repository",
    "actions/get-allowed-actions-repository",
    "actions/get-github-actions-default-workflow-permissions-repository",
    "actions/get-custom-oidc-sub-claim-for-repo",
    "oidc/get-oidc-custom-sub-template-for-org",
    "actions/list-workflow-runs",
    "actions/get-workflow-run",
    "actions/list-jobs-for-workflow-run",
    "actions/get-pending-deployments-for-run",
    "actions/cancel-workflow-run",
    "repos/list-deployments",
    "repos/list-deployment-statuses",
    "repos/list-commit-statuses-for-ref",
    "repos/get-commit-signature-protection",
    "checks/list-for-ref",
    "orgs/get",
    "actions/list-repo-secrets",
    "repos/create-in-org",
    "repos/create-for-authenticated-user",
    "repos/update",
    "actions/set-github-actions-permissions-repository",
    "actions/set-github-actions-default-workflow-permissions-repository",
    "actions/set-custom-oidc-sub-claim-for-repo",
    "repos/create-or-update-environment",
    "repos/create-deployment-branch-policy",
    "repos/create-repo-ruleset",
    "apps/get-repo-installation",
    "git/create-blob",
    "git/create-tree",
    "git/create-commit",
    "git/create-ref",
    "git/update-ref",
    "git/delete-ref",
    "git/get-ref",
    "git/get-commit",
    "git/create-tag",
)
NOISE = {"description", "example", "examples", "externalDocs", "summary"}


def resolved(node: Any, document: dict[str, Any]) -> Any:
    """Return the node with every `$ref` replaced by what it names, without prose. The requests kept have no cyclic references."""
    if isinstance(node, list):
        return [resolved(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return resolved(_named(node["$ref"], document), document)
    # Under `properties` a key is a field's name (a body may have a field `description`), so nothing is dropped there.
    kept = {
        key: {name: resolved(field, document) for name, field in value.items()} if key == "properties" else resolved(value, document)
        for key, value in node.items()
        if key not in NOISE
    }
    return _json_schema(kept)


def _named(reference: str, document: dict[str, Any]) -> Any:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def _json_schema(node: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if node.pop("nullable", False) and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
        if "enum" in node and None not in node["enum"]:
            node["enum"] = [*node["enum"], None]
    return node


def operation(method: str, path: str, item: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """One request: its method, path, parameters and the JSON body's schema (None where it takes no body)."""
    body = resolved(item.get("requestBody", {}), document)
    return {
        "method": method.upper(),
        "path": path,
        "parameters": sorted(
            ({k: p[k] for k in ("name", "in", "required", "schema") if k in p} for p in resolved(item.get("parameters", []), document)),
            key=lambda p: (p["in"], p["name"]),
        ),
        "body": body.get("content", {}).get("application/json", {}).get("schema"),
        "bodyRequired": bool(body.get("required", False)),
    }


def cut(package: Path) -> dict[str, Any]:
    """Return the fixture from an unpacked `@octokit/openapi`."""
    document = json.loads((package / "generated/api.github.com.json").read_text(encoding="utf-8"))
    manifest = json.loads((package / "package.json").read_text(encoding="utf-8"))
    found = {
        item["operationId"]: operation(method, path, item, document)
        for path, methods in document["paths"].items()
        for method, item in methods.items()
        if isinstance(item, dict) and item.get("operationId") in OPERATIONS
    }
    missing = sorted(set(OPERATIONS) - set(found))
    if missing:
        sys.exit(f"the description has no {', '.join(missing)}")
    origin = {"source": f"npm @octokit/openapi {manifest['version']}: GitHub's REST API description, cut", "license": manifest["license"]}
    return origin | {"operations": found}


def main() -> int:
    """Write the fixture."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    TARGET.write_text(json.dumps(cut(Path(sys.argv[1])), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
