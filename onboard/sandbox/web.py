"""The HTTP side: a form in, a reply out, with the headers of a real server.

How replies and faults look on the wire. The answers come from `api.py`, the pages from `page.py`.
"""

import asyncio
import csv
import gzip
import io
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from onboard.sandbox.api import answer
from onboard.sandbox.call import Params, Upload
from onboard.sandbox.definitions import VERSION
from onboard.sandbox.export import INSTANCE
from onboard.sandbox.faults import Fault, Planned
from onboard.sandbox.new_project_page import new_project
from onboard.sandbox.page import api_page, data_entry, not_found, start_page
from onboard.sandbox.refusals import ApiError, not_permitted, project_deleted
from onboard.sandbox.state import Seen, State
from onboard.sandbox.survey_page import fill_in, queue, show
from onboard.sandbox.wire import CONTENT_TYPES, Reply, error_reply

HEADERS: Mapping[str, str] = {
    "Expires": "0",
    "Cache-Control": "no-store, no-cache, must-revalidate",
    "Pragma": "no-cache",
    "X-XSS-Protection": "1;  mode=block",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Access-Control-Allow-Origin": "*",
    "Vary": "Accept-Encoding",
    "Connection": "close",
}
HTML = "text/html; charset=UTF-8"
LARGEST_UPLOAD = 64 * 1024 * 1024
# Sentences a client may look for; the pages around them are not evidenced.
BAN = "Your IP address has been banned due to suspected abuse."
OFFLINE = "REDCap is currently offline. Please return at another time. We apologize for any inconvenience."
CRITICAL = "CRITICAL ERROR: REDCap server is offline!"
DATABASE = "The hostname (db) / username (redcap) / password (********) combination could not connect"
LOGIN = "<!DOCTYPE html>\n<html><head><title>REDCap</title></head><body><h1>Log In</h1></body></html>"


def application(state: State) -> Starlette:
    """The web application of one sandbox server."""

    async def api(request: Request) -> Response:
        response = await _api(state, request)
        if state.clock is not None:
            response.headers["Date"] = format_datetime(state.clock().astimezone(UTC), usegmt=True)
        return response

    async def api_get(request: Request) -> Response:
        return HTMLResponse(api_page())

    async def start(request: Request) -> Response:
        return HTMLResponse(start_page(state))

    async def entry(request: Request) -> Response:
        return HTMLResponse(data_entry(state, dict(request.query_params)))

    async def new(request: Request) -> Response:
        params, uploads = await _form(request)
        return HTMLResponse(new_project(state, params, uploads.get("file")))

    async def survey(request: Request) -> Response:
        return await _survey(state, request)

    async def missing(request: Request, error: Exception) -> Response:
        return Response(not_found(), status_code=404, headers={"Content-Type": "text/html; charset=iso-8859-1"})

    base = state.base
    routes = [
        Route(base, start, methods=["GET"]),
        Route(f"{base}new/", new, methods=["POST"]),
        Route(f"{base}api/", api, methods=["POST"]),
        Route(f"{base}api/", api_get, methods=["GET"]),
        Route(f"{base}redcap_v{VERSION}/DataEntry/index.php", entry, methods=["GET"]),
        Route(f"{base}redcap_v{VERSION}/DataEntry/record_home.php", entry, methods=["GET"]),
        Route(f"{base}surveys/", survey, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={404: missing})


async def _survey(state: State, request: Request) -> Response:
    if "sq" in request.query_params:
        return HTMLResponse(queue(state, request.query_params["sq"]))
    code = request.query_params.get("s", "")
    if request.method == "GET":
        return HTMLResponse(show(state, code, _address(request)))
    params, uploads = await _form(request)
    return HTMLResponse(fill_in(state, code, params, uploads, _address(request)))


def _address(request: Request) -> Params:
    """The fields that a survey's address fills: `...&field=value`."""
    return Params((key, value) for key, value in request.query_params.multi_items() if key not in ("s", "sq"))


async def _form(request: Request) -> tuple[Params, dict[str, Upload]]:
    pairs: list[tuple[str, str]] = []
    uploads: dict[str, Upload] = {}
    async with request.form(max_fields=100_000, max_part_size=LARGEST_UPLOAD) as form:
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                if value.filename:
                    uploads[key] = Upload(name=value.filename, content_type=kind, content=await value.read())
            else:
                pairs.append((key, value))
    return Params(pairs), uploads


async def _api(state: State, request: Request) -> Response:
    params, uploads = await _form(request)
    content = params.text("content")
    state.requests.append(Seen(content, params.without_token()))
    planned = state.faults.strike(content, _title(state, params.text("token")), _form_asked(params))
    if planned is None:
        return _response(request, answer(state, params, uploads.get("file")))
    if planned.delay and planned.fault is not Fault.TRICKLE:
        await asyncio.sleep(planned.delay)
    broken = _instead(planned, params)
    if broken is not None:
        return _response(request, broken)
    reply = answer(state, params, uploads.get("file"))
    return _spoiled(request, reply, planned)


def _title(state: State, token: str) -> str | None:
    return next((project.title for project in state.projects if token.upper() in project.accesses), None)


def _form_asked(params: Params) -> str:
    """The form whose status is first among the fields requested."""
    statuses = (name for name in params.items("fields") if name.endswith("_complete"))
    return next(statuses, "").removesuffix("_complete")


def _instead(planned: Planned, params: Params) -> Reply | None:
    """The reply of a fault that does not need the true answer."""
    errors: Mapping[Fault, ApiError] = {
        Fault.PERMISSION_LOST: not_permitted(),
        Fault.PROJECT_DELETED: project_deleted(),
    }
    if planned.fault in errors:
        error = errors[planned.fault]
        return error_reply(error.status, error.message, params.return_format())
    pages: Mapping[Fault, tuple[int, str]] = {
        Fault.BANNED: (200, _page(BAN)),
        Fault.OFFLINE: (200, _page(OFFLINE)),
        Fault.CRITICAL_OFFLINE: (200, CRITICAL),
        Fault.DATABASE_DOWN: (200, DATABASE),
        Fault.SERVER_CRASH: (500, ""),
        Fault.OVERLOAD: (200, ""),
        Fault.PROXY_TIMEOUT: (504, _page("Gateway Time-out")),
        Fault.STATUS: (503, _page("Service Unavailable")),
        Fault.REDIRECT: (302, ""),
        Fault.WRONG_PAGE: (404, not_found()),
        Fault.TOO_LARGE: (413, _page("Request Entity Too Large")),
        Fault.HTML: (200, LOGIN),
    }
    if planned.fault not in pages:
        return None
    status, text = pages[planned.fault]
    kind = HTML
    if planned.fault is Fault.OVERLOAD:
        kind = CONTENT_TYPES.get(params.success_format(), HTML)
    headers = {"Location": "/"} if planned.fault is Fault.REDIRECT else {}
    return Reply(body=text.encode(), content_type=kind, status=planned.status or status, headers=headers)


def _page(text: str) -> str:
    return f"<!DOCTYPE html>\n<html><head><title>REDCap</title></head><body><p>{text}</p></body></html>"


def _spoiled(request: Request, reply: Reply, planned: Planned) -> Response:
    """The true answer, late, changed, shortened or broken off."""
    fault = planned.fault
    changed: Mapping[Fault, Callable[[bytes], bytes]] = {
        Fault.FEWER_ROWS: lambda body: _some_rows(body, planned.share),
        Fault.WRONG_RECORD: _last_row_moved,
        Fault.NO_INSTANCE: _without_instances,
        Fault.LINE_FEED: lambda body: b"\n",
        Fault.BARE_HEADER: _no_row,
        Fault.CUT_OFF: lambda body: body[: len(body) // 2],
        Fault.BYTE_ORDER_MARK: lambda body: b"\xef\xbb\xbf" + body,
    }
    if fault in changed:
        return _response(request, replace(reply, body=changed[fault](reply.body)))
    if fault is Fault.TRICKLE:
        return _trickling(reply, planned.delay)
    if fault is Fault.NO_CHARSET:
        return _response(request, replace(reply, content_type=reply.content_type.split(";")[0]))
    if fault is Fault.CONNECTION_LOST:
        return _Breaking(reply)
    return _response(request, reply)


def _some_rows(body: bytes, share: float) -> bytes:
    """A list cut to a share of its rows, at least one less, still well formed. CSV is cut at line ends outside quotes."""
    if body.startswith(b"["):
        rows = body[1:-1].split(b"},{")
        kept = b"},{".join(rows[: _share_of(len(rows), share)])
        return b"[" + kept + (b"}" if len(rows) > 1 and kept else b"") + b"]"
    lines = _records_of(body)
    return b"".join(lines[: 1 + _share_of(len(lines) - 1, share)])


def _share_of(rows: int, share: float) -> int:
    return max(min(int(rows * share), rows - 1), 0)


def _last_row_moved(body: bytes) -> bytes:
    """CSV whose last row says that it belongs to the record of the first."""
    rows = _cells_of(body)
    if len(rows) < 3:
        return body
    return _csv_of([*rows[:-1], [rows[1][0], *rows[-1][1:]]])


def _without_instances(body: bytes) -> bytes:
    """CSV without the column that numbers repeating rows."""
    rows = _cells_of(body)
    if not rows or INSTANCE not in rows[0]:
        return body
    place = rows[0].index(INSTANCE)
    return _csv_of([*row[:place], *row[place + 1 :]] for row in rows)


def _cells_of(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline=""))) if b"," in body.partition(b"\n")[0] else []


def _csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _no_row(body: bytes) -> bytes:
    """A list without its rows: a CSV header alone, an empty JSON list."""
    return b"[]" if body.startswith(b"[") else b"".join(_records_of(body)[:1])


def _records_of(body: bytes) -> Sequence[bytes]:
    records: list[bytes] = []
    pending = b""
    for line in body.splitlines(keepends=True):
        pending += line
        if pending.count(b'"') % 2 == 0:
            records.append(pending)
            pending = b""
    return records


def _headers(reply: Reply) -> dict[str, str]:
    random_text = secrets.token_urlsafe(secrets.randbelow(24) + 8)
    return {"Content-Type": reply.content_type, **HEADERS, "REDCap-Random-Text": random_text, **reply.headers}


def _response(request: Request, reply: Reply) -> Response:
    """Chunked and gzipped, as seen on a live server."""
    body, headers = reply.body, _headers(reply)
    if body and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body)
        headers["Content-Encoding"] = "gzip"

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return StreamingResponse(chunks(), status_code=reply.status, headers=headers)


def _trickling(reply: Reply, delay: float) -> Response:
    """Send byte by byte, each in time for a client that waits for the next byte only."""

    async def chunks() -> AsyncIterator[bytes]:
        for place in range(len(reply.body)):
            yield reply.body[place : place + 1]
            await asyncio.sleep(delay)

    return StreamingResponse(chunks(), status_code=reply.status, headers=_headers(reply))


class _Breaking(Response):
    """Half an answer, chunked, and then no more: the server closes the connection before the last chunk."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(status_code=reply.status)
        self.half = reply.body[: len(reply.body) // 2]
        self.sent_headers = _headers(reply)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the beginning only."""
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.sent_headers.items()]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.half, "more_body": True})
