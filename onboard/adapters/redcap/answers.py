"""What REDCap's answer is: data, or a trouble in words.

PyCap never looks at a status and hands an error page back as data, so every body passes here first. No body is repeated in a
message unless REDCap meant it as an error text, and never with the token in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Protocol
from urllib.parse import urlsplit

from onboard.errors import ReadInDoubt

#: Statuses after which the same call may succeed (redcapAPI retries the same ones).
RETRIED = frozenset({408, 500, 502, 503, 504})
_CONTENT_TYPES = {"csv": ("text/csv",), "json": ("application/json", "text/json")}
_ERROR_XML = re.compile(r"<error>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</error>", re.DOTALL)
#: An error in JSON that is not complete JSON.
_ERROR_JSON = re.compile(r'\{\s*"error"\s*:\s*"(.*?)"?\s*\}?', re.DOTALL)
#: No error text is longer.
_LONGEST_ERROR = 4000
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?php|br|b>)", re.IGNORECASE)
_DATABASE_DOWN = re.compile(r"The hostname .{0,200}combination could not connect", re.DOTALL)


class Busy(ReadInDoubt):
    """The server did not do the call now; the same call may succeed in a while."""


class Refused(ReadInDoubt):
    """The server understood and said no; asking again changes nothing. `words` are its own, on one line."""

    def __init__(self, project: str, *, status: int, words: str) -> None:
        super().__init__(_refusal(words, project, status))
        self.status = status
        self.words = words


class Secret(Protocol):
    """A value that shows itself only when asked."""

    def get_secret_value(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def checked(answer: Answer, wanted: str, project: str) -> str:
    """The body as text, when it is an answer of the wanted format: ``csv``, ``json`` or ``""`` for plain text.

    Raises Busy, Refused or ReadInDoubt, each with what, where and the next step.
    """
    _known_pages(answer, project)
    _status(answer, project)
    if not answer.body:
        raise Busy(f"REDCap sent an empty answer for project {project!r}; it is probably overloaded. Try again later.")
    _content_type(answer, wanted, project)
    text = _text(answer, project)
    said = text[6:] if wanted != "json" and text[:6].lower() == "error:" else json_error(text[:_LONGEST_ERROR])
    if said:
        raise Refused(project, status=answer.status, words=_one_line(said))
    return text


def checked_bytes(answer: Answer, project: str) -> bytes:
    """The body of a file, when the status says it is one."""
    _known_pages(answer, project)
    _status(answer, project)
    return answer.body


def _known_pages(answer: Answer, project: str) -> None:
    """Pages that REDCap shows people come with any status, also with 200."""
    start = answer.body[:65536].decode("utf-8", errors="replace")
    if "has been banned due to suspected abuse" in start:
        raise ReadInDoubt(
            f"REDCap has banned this machine for calling too often (project {project!r}). Do not try again: ask the REDCap "
            "administrator to lift the ban on its address, and whether another program here calls REDCap."
        )
    if "REDCap is currently offline" in start or "REDCap server is offline" in start:
        raise Busy(f"REDCap is offline for maintenance (project {project!r}). The jobs try again until the evening.")
    if _DATABASE_DOWN.search(start):
        raise Busy(f"REDCap cannot reach its own database (project {project!r}). If it persists, tell its administrator.")


def _status(answer: Answer, project: str) -> None:
    status = answer.status
    if status == 200:
        return
    if status in RETRIED:
        raise Busy(f"REDCap failed with status {status} (project {project!r}). If it persists, tell its administrator.")
    if 300 <= status < 400:
        raise ReadInDoubt(
            f"The address of project {project!r} sends us on to {_where_to(answer)} (status {status}). It is not followed, "
            "so that no token goes astray. Write REDCap's own API address into url in settings.toml."
        )
    if status == 404:
        raise ReadInDoubt(f"There is no REDCap API at the address of project {project!r} (404). Check url in settings.toml.")
    if status in (413, 429):
        raise ReadInDoubt(_TOO_MUCH[status].format(project=project))
    raise Refused(project, status=status, words=_one_line(_error_text(answer)))


_TOO_MUCH = {
    413: "A call or its answer was too large for the server or a proxy before it (413, project {project!r}). Ask the REDCap "
    "administrator for the limit.",
    429: "The server or a proxy before it asks for fewer calls (429, project {project!r}). Look whether another program on "
    "this machine calls REDCap, and ask its administrator.",
}


def _where_to(answer: Answer) -> str:
    """Scheme and host only: what follows may carry a key."""
    parts = urlsplit(answer.headers.get("Location", ""))
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else "another page"


def _error_text(answer: Answer) -> str:
    """REDCap's own sentence out of a JSON, CSV or XML error; "" for anything else."""
    text = answer.body[:_LONGEST_ERROR].decode("utf-8-sig", errors="replace").strip()
    said = json_error(text) or _xml_error(text) or _broken_json_error(text)
    if said:
        return said
    return text[6:].strip() if text[:6].lower() == "error:" else ""


def json_error(text: str) -> str:
    """REDCap's sentence in a JSON object that holds an error and nothing else; "" for any other text."""
    with suppress(json.JSONDecodeError):
        # strict=False: a line feed may be in the text as it is
        found = json.loads(text, strict=False)
        if isinstance(found, dict) and set(found) == {"error"}:
            return unescape(str(found["error"])).strip()
    return ""


def _xml_error(text: str) -> str:
    found = _ERROR_XML.search(text)
    return unescape(found[1]).strip() if found else ""


def _broken_json_error(text: str) -> str:
    """By the pattern, where the JSON was cut or holds a quote as it is."""
    found = _ERROR_JSON.fullmatch(text)
    return unescape(found[1].replace("\\n", " ").replace('\\"', '"').replace("\\/", "/")).strip() if found else ""


def _refusal(words: str, project: str, status: int) -> str:
    said = f"{status}: {words}" if words else f"status {status}"
    if status == 403 and "privileges" in words:
        right = "API Import/Update" if "Import" in words else "API Export, and Full Data Set on the mapped forms"
        return f"The token of project {project!r} lacks a right ({said}). Under User Rights, give the token's user {right}."
    if status in (401, 403):
        return (
            f"REDCap refused the token of project {project!r} ({said}). Likely, in this order: the token is mistyped or of "
            "another project; the account was suspended after months without a log-in; its owner left; its API Export right was "
            "removed; the token was renewed. "
            f"Ask the REDCap administrator, then put the token that works into ONBOARD_{project.upper()}_TOKEN."
        )
    if "deleted" in words:
        return f"The REDCap project {project!r} is gone ({said}). Ask the REDCap administrator to restore it."
    return (
        f"REDCap refused a call for project {project!r} ({said}). If a name is in question, compare redcap.toml with the "
        "project's data dictionary: onboard check."
    )


def _one_line(words: str) -> str:
    short = " ".join(words.split())
    return short if len(short) <= 300 else short[:297] + "..."


def _content_type(answer: Answer, wanted: str, project: str) -> None:
    given = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
    allowed = _CONTENT_TYPES.get(wanted)
    page = bool(_HTML.match(answer.body[:200].decode("utf-8", errors="replace")))
    if page or (allowed and given not in allowed):
        what = "a web page" if page or given == "text/html" else f"{given or 'something without a type'}"
        raise ReadInDoubt(
            f"Instead of data, {what} came for project {project!r}. A log-in page or a proxy is in between, or url in "
            "settings.toml is not the API address. Open the address from this machine and ask the REDCap administrator."
        )


def _text(answer: Answer, project: str) -> str:
    try:
        return answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadInDoubt(
            f"REDCap's answer for project {project!r} is not UTF-8 text: it was cut or changed on its way. Try again; if it "
            "persists, ask the REDCap administrator about a proxy in between."
        ) from None
