"""An answer that does not end, packed small: it is given up before it fills the memory."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from pydantic import SecretStr

from onboard.adapters.redcap import project
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.errors import ReadInDoubt

MEGABYTE = 1 << 20
VERSION = b"16.1.3"


class _Packed(BaseHTTPRequestHandler):
    """Answers every call with these bytes, packed."""

    body = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/csv; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Iterator[GuardedProject]:
    handler = type("Handler", (_Packed,), {"body": request.param})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    with GuardedProject(RedcapProject(name="people", url=url, token=SecretStr("A" * 32), retries=0)) as opened:
        yield opened
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("door", [gzip.compress(bytes(200 * MEGABYTE))], indirect=True, ids=["200 MB in 200 KB"])
def test_a_bomb_is_in_doubt_and_takes_no_memory(door: GuardedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "LARGEST_ANSWER", 8 * MEGABYTE)
    tracemalloc.start()
    with pytest.raises(ReadInDoubt, match=r"'people'\) sent more than 8 MB in one answer"):
        door.export_version()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 80 * MEGABYTE


@pytest.mark.parametrize("door", [gzip.compress(VERSION)], indirect=True, ids=["a version"])
def test_a_packed_answer_is_read(door: GuardedProject) -> None:
    assert str(door.export_version()) == VERSION.decode()
