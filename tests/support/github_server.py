"""A stateful stand-in for GitHub's REST API: every request is held against GitHub's own OpenAPI description (github_openapi.json).

with GitHubServer("ada/bikes") as github:
    github.fault(500, times=1)
    ...
    assert github.violations == []
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft202012Validator

OPERATIONS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("github_openapi.json").read_text("utf-8"))["operations"]
TOKEN = "ghp_" + "s3cr3tS3CR3Ts3cr3tS3CR3T" * 2
HEADERS = {
    "authorization": r"Bearer [!-~]+",
    "accept": r"application/vnd\.github\+json",
    "user-agent": r".+",
    "x-github-api-version": r"20\d\d-\d\d-\d\d",
}
LIMITS = {"title": 256, "body": 65536}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


PATTERNS = {name: _pattern(op["path"]) for name, op in OPERATIONS.items()}


@dataclass
class Request:
    """What came in. `operation` is GitHub's operationId, None for a path that mlspec should not ask."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any
    operation: str | None = None
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """An answer to give instead. `times` None is always; `done` makes the change first; status 0 closes the connection unanswered."""

    answer: Answer
    times: int | None
    on: str | None
    done: bool


def refusal(status: int, message: str, **more: Any) -> Answer:
    return Answer(status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)} | more)


def invalid(resource: str, field_: str, code: str = "invalid", message: str | None = None) -> Answer:
    """GitHub's 422."""
    told = {"message": message} if message else {}
    return refusal(422, "Validation Failed", errors=[{"resource": resource, "field": field_, "code": code} | told])


class GitHubServer:
    """One repository with pull requests, comments and commit statuses, on 127.0.0.1 and a free port."""

    def __init__(self, slug: str = "ada/bikes", token: str = TOKEN, branches: set[str] | None = None) -> None:
        self.slug, self.token, self.branches = slug, token, branches
        self.pulls: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.statuses: list[dict[str, Any]] = []
        self.bot = False  # True: asked with a workflow's own token, which may not ask who it is
        self.workflows: set[str] | None = None  # the files that can be started; None: every one
        self.dispatches: list[dict[str, Any]] = []
        self.branch_rules: list[dict[str, Any]] = []  # of rulesets, for every branch
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def operations(self) -> list[str | None]:
        """The operationIds asked for, in order."""
        return [request.operation for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def fault(
        self,
        status: int,
        message: str = "",
        *,
        times: int | None = 1,
        on: str | None = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        done: bool = False,
    ) -> None:
        """Answer the next `times` requests (of the operation `on`) with this."""
        answer = refusal(status, message) if body is None else Answer(status, body)
        answer.headers = headers or {}
        self.faults.append(Fault(answer, times, on, done))

    def answer(self, request: Request) -> Answer:
        """Judge, apply and record one request."""
        with self._lock:
            self.requests.append(request)
            self._route(request)
            found = self._validate(request)
            self.violations += found
            fault = self._fault(request.operation)
            if fault is None or fault.done:
                real = self._real(request, found)
            return real if fault is None else fault.answer

    def _route(self, request: Request) -> None:
        for name, op in OPERATIONS.items():
            match = PATTERNS[name].fullmatch(request.path)
            if match and op["method"] == request.method:
                request.operation, request.arguments = name, {k: unquote(v) for k, v in match.groupdict().items()}

    def _fault(self, operation: str | None) -> Fault | None:
        for fault in self.faults:
            if fault.on in (None, operation) and fault.times != 0:
                fault.times = None if fault.times is None else fault.times - 1
                return fault
        return None

    def _validate(self, request: Request) -> list[str]:
        where = f"{request.method} {request.path}"
        if request.operation is None:
            return [f"{where}: no operation of the description"]
        op = OPERATIONS[request.operation]
        found = [f"header {name}" for name, form in HEADERS.items() if not re.fullmatch(form, request.headers.get(name, ""))]
        return [f"{where}: {each}" for each in found + _parameters(op, request) + _body(op, request)]

    def _real(self, request: Request, violations: list[str]) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return refusal(401, "Bad credentials")
        names = [request.arguments[k] for k in ("owner", "repo") if k in request.arguments]
        if request.operation is None or "/".join(names).lower() not in ("", self.slug.lower()):
            return refusal(404, "Not Found")
        if violations:
            return refusal(422, "Invalid request.\n\n" + "\n".join(violations))
        method = getattr(self, "_" + re.sub(r"\W", "_", request.operation))
        answer: Answer = method(request)
        return answer

    def _repos_get(self, request: Request) -> Answer:
        return Answer(200, {"full_name": self.slug, "default_branch": "main", "private": False})

    def _repos_get_branch_rules(self, request: Request) -> Answer:
        return Answer(200, self.branch_rules)

    def _repos_get_branch_protection(self, request: Request) -> Answer:
        """For administrators; anybody else may not even know whether there is one."""
        return refusal(403, "Resource not accessible by integration") if self.bot else refusal(404, "Branch not protected")

    def _pulls_list(self, request: Request) -> Answer:
        query = {"state": "open"} | dict(request.query)
        pulls = [p for p in self.pulls if query["state"] in ("all", p["state"])]
        if ":" in query.get("head", ""):  # GitHub ignores a head without an owner
            owner, ref = query["head"].split(":", 1)  # logins have no case
            pulls = [p for p in pulls if (p["head"]["label"].split(":")[0].lower(), p["head"]["ref"]) == (owner.lower(), ref)]
        if "base" in query:
            pulls = [p for p in pulls if p["base"]["ref"] == query["base"]]
        return Answer(200, pulls[::-1])

    def _pulls_get(self, request: Request) -> Answer:
        pull = self._pull(request)
        return Answer(200, pull) if pull else refusal(404, "Not Found")

    def _pull(self, request: Request) -> dict[str, Any] | None:
        return next((p for p in self.pulls if str(p["number"]) == request.arguments["pull_number"]), None)

    def _pulls_create(self, request: Request) -> Answer:
        body, owner = request.body, self.slug.split("/")[0]
        wrong = [end for end in ("head", "base") if self.branches is not None and body[end].removeprefix(f"{owner}:") not in self.branches]
        if wrong:
            return invalid("PullRequest", wrong[0])
        if "title" not in body:
            return invalid("PullRequest", "title", "missing_field")
        head = body["head"].removeprefix(f"{owner}:")
        if any(p["state"] == "open" and (p["head"]["ref"], p["base"]["ref"]) == (head, body["base"]) for p in self.pulls):
            return invalid("PullRequest", "head", "custom", f"A pull request already exists for {owner}:{head}.")
        return _too_long(body) or Answer(201, self.add_pull(head, body["base"], body["title"], body.get("body")))

    def add_pull(self, head: str, base: str, title: str, body: str | None, *, slug: str | None = None, sha: str = "") -> dict[str, Any]:
        """Have an open pull request, as if somebody had opened it (from the fork `slug`); `sha` is the commit at its head."""
        number, source = 1 + len(self.pulls), slug or self.slug
        pull = {
            "number": number,
            "state": "open",
            "title": title,
            "body": body,
            "html_url": f"{self.url}/{self.slug}/pull/{number}",
            "head": _end(source, head) | {"sha": sha or "0" * 40},
            "base": _end(self.slug, base),
        }
        self.pulls.append(pull)
        return pull

    def _pulls_update(self, request: Request) -> Answer:
        pull = self._pull(request)
        if pull is None:
            return refusal(404, "Not Found")
        wrong = _too_long(request.body)
        if wrong is None:
            pull.update({k: v for k, v in request.body.items() if k in ("title", "body", "state")})
        return wrong or Answer(200, pull)

    def _issues_list_comments(self, request: Request) -> Answer:
        query = {"page": "1", "per_page": "30"} | dict(request.query)
        size = int(query["per_page"])
        first = (int(query["page"]) - 1) * size
        return Answer(200, [c for c in self.comments if c["issue"] == request.arguments["issue_number"]][first : first + size])

    def _issues_create_comment(self, request: Request) -> Answer:
        number = 1 + max((c["id"] for c in self.comments), default=0)
        comment = {
            "id": number,
            "issue": request.arguments["issue_number"],
            "body": request.body["body"],
            "user": {"login": "github-actions[bot]", "type": "Bot"} if self.bot else {"login": "ada", "type": "User"},
            "html_url": f"{self.url}/{self.slug}/issues/{request.arguments['issue_number']}#issuecomment-{number}",
        }
        wrong = _too_long(request.body)
        if wrong is None:
            self.comments.append(comment)
        return wrong or Answer(201, comment)

    def _comment(self, request: Request) -> dict[str, Any] | None:
        return next((c for c in self.comments if str(c["id"]) == request.arguments["comment_id"]), None)

    def _issues_update_comment(self, request: Request) -> Answer:
        comment = self._comment(request)
        if comment is None:
            return refusal(404, "Not Found")
        wrong = _too_long(request.body)
        if wrong is None:
            comment["body"] = request.body["body"]
        return wrong or Answer(200, comment)

    def _issues_delete_comment(self, request: Request) -> Answer:
        comment = self._comment(request)
        if comment is None:
            return refusal(404, "Not Found")
        self.comments.remove(comment)
        return Answer(204, None)

    def _users_get_authenticated(self, request: Request) -> Answer:
        return refusal(403, "Resource not accessible by integration") if self.bot else Answer(200, {"login": "ada", "type": "User"})

    def _repos_create_commit_status(self, request: Request) -> Answer:
        if len(request.body.get("description") or "") > 140:
            return invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)")
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        status = {"context": "default", "sha": request.arguments["sha"], "created_at": at} | request.body
        self.statuses.append(status)
        return Answer(201, status)

    def _repos_list_commit_statuses_for_ref(self, request: Request) -> Answer:
        """The newest first: https://docs.github.com/en/rest/commits/statuses#list-commit-statuses-for-a-reference."""
        query = {"page": "1", "per_page": "30"} | dict(request.query)
        size = int(query["per_page"])
        first = (int(query["page"]) - 1) * size
        return Answer(200, [s for s in self.statuses[::-1] if s["sha"] == request.arguments["ref"]][first : first + size])

    def _actions_create_workflow_dispatch(self, request: Request) -> Answer:
        file = request.arguments["workflow_id"]
        if self.workflows is not None and file not in self.workflows:
            return refusal(404, "Not Found")
        if self.branches is not None and request.body["ref"] not in self.branches:
            return refusal(422, f"No ref found for: {request.body['ref']}")
        self.dispatches.append({"workflow": file} | request.body)
        return Answer(204, None)


def _end(slug: str, branch: str) -> dict[str, Any]:
    return {"ref": branch, "label": f"{slug.split('/')[0]}:{branch}", "repo": {"full_name": slug}}


def _too_long(body: dict[str, Any]) -> Answer | None:
    for name, limit in LIMITS.items():
        if len(body.get(name) or "") > limit:
            return invalid("Issue", name, "custom", f"{name} is too long (maximum is {limit} characters)")
    return None


def _parameters(op: dict[str, Any], request: Request) -> list[str]:
    """What is wrong with the path's and the query's parameters, by their schemas."""
    known = {p["name"]: p for p in op["parameters"] if p["in"] in ("path", "query")}
    given = request.query + list(request.arguments.items())
    found = [f"parameter {name} is given twice" for name in {n for n, _ in given} if [n for n, _ in given].count(name) > 1]
    found += [f"parameter {p} is missing" for p, d in known.items() if d.get("required") and p not in dict(given)]
    for name, text in given:
        if name not in known:
            found.append(f"parameter {name} is unknown")
            continue
        schema = known[name].get("schema", {})
        value: Any = int(text) if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text) else text
        found += [f"parameter {name}: {e.message}" for e in Draft202012Validator(schema).iter_errors(value)]
    return found


def _body(op: dict[str, Any], request: Request) -> list[str]:
    """What is wrong with the JSON body. A field that GitHub does not know is wrong too, though GitHub ignores it."""
    if op["body"] is None or request.body is None:
        return (
            ["a body is missing"]
            if op["bodyRequired"] and request.body is None
            else ["a body is given"]
            if request.body is not None
            else []
        )
    found = [e.message for e in Draft202012Validator(op["body"]).iter_errors(request.body)]
    if isinstance(request.body, dict):
        found += [f"field {name} is unknown" for name in sorted(set(request.body) - set(op["body"].get("properties", {})))]
    if not request.headers.get("content-type", "").startswith("application/json"):
        found.append("header content-type")
    return [f"body: {each}" for each in found]


def _handler(github: GitHubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            try:
                body = json.loads(text) if text else None
            except ValueError:
                body = text.decode("utf-8", "replace")
            headers = {k.lower(): v for k, v in self.headers.items()}
            answer = github.answer(Request(self.command, parts.path, parse_qsl(parts.query, keep_blank_values=True), headers, body))
            self.close_connection = True
            if answer.status:
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            text = answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {
                "Content-Type": "application/json; charset=utf-8",
                "Content-Length": str(len(text)),
            }.items() | answer.headers.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *args: Any) -> None:
            """Tests print nothing."""

    return Handler
