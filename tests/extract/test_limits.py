"""Answers that never end or never stop growing: a load ends within its time and size, with a plain error."""

import threading
import time
import zlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from extract.tools import QUICK, seen

from flows.extract import ConfigError, Refused, Settings, TimedOut, load


@pytest.fixture
def hostile(monkeypatch):
    """A server that sends a byte every tenth of a second (`drip`), or 200 MB packed into 200 KB (`bomb`)."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            if server.kind == "bomb":
                packed = zlib.compressobj(9, zlib.DEFLATED, 31)
                body = b"".join(packed.compress(b" " * 10_000_000) for _ in range(20)) + packed.flush()
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                pass

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.kind = True, "drip"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("KPI_BITRIX24_WEBHOOK", f"{url}/rest/1/s3cr3tk3y/")
    yield server
    server.shutdown()


def test_an_answer_that_comes_drop_by_drop_ends_with_the_load(root, hostile):
    begun = time.monotonic()
    with pytest.raises(TimedOut, match="bitrix24: the load took longer than 1 s.*KPI_LOAD_SECONDS"):
        load("bitrix24", root, settings=replace(QUICK, load_seconds=1))
    assert time.monotonic() - begun < 3
    assert seen(root) == {}


def test_an_answer_that_unpacks_to_too_much_is_refused(root, hostile):
    hostile.kind = "bomb"
    with pytest.raises(Refused, match="more than 5 MB in one answer.*KPI_LOAD_ANSWER_MB"):
        load("bitrix24", root, settings=replace(QUICK, answer_bytes=5_000_000))
    assert seen(root) == {}


def test_the_limits_are_settings(monkeypatch):
    monkeypatch.setenv("KPI_LOAD_SECONDS", "90")
    monkeypatch.setenv("KPI_LOAD_ANSWER_MB", "2")
    assert (Settings().load_seconds, Settings().answer_bytes) == (90, 2_000_000)
    for wrong in ("0", "soon", "-1", "inf"):
        monkeypatch.setenv("KPI_LOAD_SECONDS", wrong)
        with pytest.raises(ConfigError, match=f"KPI_LOAD_SECONDS is {wrong}"):
            Settings()
