from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.file_world import zipped

from mlspec.diagnostics import Problems
from mlspec.runtime.context import load
from mlspec.runtime.ingest.download import downloaded
from mlspec.runtime.ingest.locations import is_unchanged

BODY = b"a,b\n1,2\n"
READ = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}


class Handler(BaseHTTPRequestHandler):
    failures = 0
    asked: list[str] = []
    version = "1"
    archive = b""

    def do_GET(self):
        type(self).asked.append(self.path)
        if self.path.startswith("/to/"):
            return self._send(302, b"", Location=self.path[4:])
        if self.path == "/flaky.csv" and Handler.failures > 0:
            Handler.failures -= 1
            return self._send(503, b"", **({"Retry-After": "7"} if Handler.failures else {}))
        if self.path == "/page.csv":
            return self._send(200, b"<!doctype html><title>Sign in</title>")
        if self.path == "/cut.csv":
            self.send_response(200)
            self.send_header("Content-Length", "999")
            self.end_headers()
            self.wfile.write(BODY)
            return None
        if self.path.startswith(("/tagged.csv", "/dated.csv")):
            says, asks = ("ETag", "If-None-Match") if self.path.startswith("/tagged") else ("Last-Modified", "If-Modified-Since")
            if self.headers.get(asks) == Handler.version:
                return self._send(304, b"", **{says: Handler.version})
            return self._send(200, BODY + Handler.version.encode() + b",3\n", **{says: Handler.version})
        if self.path == "/all.zip":
            return self._send(200, Handler.archive)
        if self.path == "/typed.csv":
            return self._send(200, BODY, **{"Content-Type": "text/html; charset=utf-8"})
        return self._send(200 if self.path.startswith("/hour.csv") or self.path == "/flaky.csv" else 404, BODY)

    def _send(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.failures, Handler.asked, Handler.version = 0, [], "1"
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def get(url, folder, waits=None, **options):
    with downloaded({"url": url, "timeout": 5.0, "retries": 3, **options}, folder, (waits if waits is not None else []).append) as found:
        return found.path.name, found.path.read_bytes()


def test_a_source_is_read_from_the_network(server, repository):
    http = {"url": f"{server}/hour.csv?key=s3cret", "sha256": hashlib.sha256(BODY).hexdigest(), "timeout": 5.0, "retries": 0}
    repository.run("ingest", {"format": "csv", "read": READ, "text": [], "http": http})
    assert repository.parquet("raw.parquet").to_dict("list") == {"a": [1], "b": [2]}
    assert sorted(p.name for p in repository.folder.iterdir()) == ["params.yaml", "raw.parquet", "source.json"]
    assert "s3cret" not in (repository.folder / "source.json").read_text()


def test_a_member_of_an_archive_is_read_and_one_cut_off_leaves_the_last_rows(server, repository, monkeypatch):
    whole = zipped({"hour.csv": "a,b\n1,2\n", "day.csv": "a,b\n3,4\n", "readme.txt": "?"})
    monkeypatch.setattr(Handler, "archive", whole)
    http = {"url": f"{server}/all.zip", "timeout": 5, "retries": 0, "member": "*.csv"}
    repository.run("ingest", {"format": "csv", "read": READ, "text": [], "http": http})
    assert repository.parquet("raw.parquet").a.tolist() == [3, 1]
    before = (repository.folder / "raw.parquet").read_bytes()
    for content, code in ((whole[: len(whole) // 2], "MLS0683"), (b"<!doctype html>", "MLS0683")):
        monkeypatch.setattr(Handler, "archive", content)
        assert [d.code for d in repository.fails("ingest", {"format": "csv", "read": READ, "text": [], "http": http})] == [code]
        assert (repository.folder / "raw.parquet").read_bytes() == before


def test_a_web_page_in_place_of_a_file_is_named(server, repository):
    http = {"url": f"{server}/page.csv", "timeout": 5.0, "retries": 0}
    (only,) = repository.fails("ingest", {"format": "csv", "read": READ, "text": [], "http": http})
    assert only.code == "MLS0613"
    assert only.message.endswith("/page.csv can't be fetched: it answers with a web page (HTML), not with csv")
    assert "raw file" in only.help


def test_redirects_are_followed_over_http_only(server, tmp_path):
    assert get(f"{server}/to/{server}/to//hour.csv", tmp_path)[1] == BODY
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/x"):
        waits: list[float] = []
        with pytest.raises(Problems, match="MLS0613"):
            get(f"{server}/to/{target}", tmp_path, waits, retries=0)
    with pytest.raises(Problems, match="more than 10 redirects"):
        get(f"{server}" + "/to/" * 1 + "/to/" * 12 + "/hour.csv", tmp_path)


def test_failures_that_may_pass_are_retried_with_longer_pauses(server, tmp_path):
    Handler.failures = 2
    waits: list[float] = []
    assert get(f"{server}/flaky.csv", tmp_path, waits) == ("download.csv", BODY)
    assert waits == [7.0, 1.0], "the first pause is the one the server asks for"


def test_it_gives_up_after_the_retries(server, tmp_path):
    Handler.failures = 99
    with pytest.raises(Problems, match=r"/flaky\.csv can't be fetched: the server answers 503 \(3 attempts\)"):
        get(f"{server}/flaky.csv", tmp_path, retries=2)
    assert len(Handler.asked) == 3


def test_a_cut_connection_is_no_content(server, tmp_path):
    with pytest.raises(Problems, match="MLS0613"):
        get(f"{server}/cut.csv", tmp_path, retries=1)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_not_retried(server, tmp_path):
    with pytest.raises(Problems, match="the server answers 404"):
        get(f"{server}/gone.csv", tmp_path)
    assert len(Handler.asked) == 1


def test_other_content_than_pinned_is_refused_and_no_secret_is_shown(server, tmp_path):
    with pytest.raises(Problems, match="MLS0614") as found:
        get(f"{server.replace('http://', 'http://user:word@')}/hour.csv?key=s3cret", tmp_path, sha256="0" * 64)
    (only,) = found.value.diagnostics
    assert f"expected sha256 {'0' * 64}, found {hashlib.sha256(BODY).hexdigest()}" in only.message
    assert "s3cret" not in only.message
    assert "word" not in only.message


def test_no_server_at_all(tmp_path):
    with pytest.raises(Problems, match="MLS0613"):
        get("http://127.0.0.1:9/x.csv", tmp_path, retries=0)


@pytest.mark.parametrize("path", ["/tagged.csv", "/dated.csv", "/to//tagged.csv"])
def test_what_the_server_says_is_as_it_was_does_not_come_again(server, repository, path, capsys):
    section = {"url": server + path, "timeout": 5.0, "retries": 0}
    params = {"format": "csv", "read": READ, "http": section}
    repository.run("ingest", params)
    rows, state = (repository.folder / "raw.parquet").read_bytes(), (repository.folder / "source.json").read_bytes()
    repository.run("ingest", params)
    assert "is as it was" in capsys.readouterr().err
    assert ((repository.folder / "raw.parquet").read_bytes(), (repository.folder / "source.json").read_bytes()) == (rows, state)
    context = load("ingest", repository.folder)
    digest = json.loads(state)["rows"]
    assert is_unchanged(context, digest)
    (repository.folder / "raw.parquet").unlink()
    assert is_unchanged(context, digest)  # who knows the digest of the rows needs none of them
    assert not is_unchanged(context, "md5:" + "0" * 32)
    Handler.version = "2"
    assert not is_unchanged(context, digest)
    repository.run("ingest", params)
    assert repository.parquet("raw.parquet").a.tolist() == [1, 2]


def test_other_parameters_or_rows_fetch_it_again(server, repository):
    section = {"url": f"{server}/tagged.csv", "timeout": 5.0, "retries": 0}
    repository.run("ingest", {"format": "csv", "read": READ, "http": section})
    repository.run("ingest", {"format": "csv", "read": READ, "http": section, "text": ["a"]})
    assert repository.parquet("raw.parquet").a.tolist() == ["1", "1"]
    (repository.folder / "raw.parquet").write_bytes(b"")
    repository.run("ingest", {"format": "csv", "read": READ, "http": section, "text": ["a"]})
    assert repository.parquet("raw.parquet").a.tolist() == ["1", "1"]


def test_a_page_is_told_by_its_type_too(server, repository):
    section = {"url": f"{server}/typed.csv", "timeout": 5.0, "retries": 0}
    (found,) = repository.fails("ingest", {"format": "csv", "read": READ, "http": section})
    assert (found.code, "web page" in found.message) == ("MLS0613", True)


def test_a_state_of_somebody_elses_asks_nothing(server, repository):
    section = {"url": f"{server}/tagged.csv", "timeout": 5.0, "retries": 0}
    params = {"format": "csv", "read": READ, "http": section}
    repository.run("ingest", params)
    for text in ("", "[]", "{", '{"form": 1}'):
        (repository.folder / "source.json").write_text(text)
        repository.run("ingest", params)
        assert json.loads((repository.folder / "source.json").read_text())["remembers"]["http"] == {"If-None-Match": "1"}
