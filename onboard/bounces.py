"""Delivery reports that come back, read. Decides what a report says about which mail and address; counts nothing and writes
nothing down.

RFC 3464: multipart/report with a part message/delivery-status, one block for the report and one for each recipient, and the
returned mail or its headers. Postfix, Exchange, Microsoft 365 and Gmail all write that; Exim's header X-Failed-Recipients is
read, too. What a stranger may have typed is only compared with what we sent, never followed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr

from onboard.model import Bounce

_ID = re.compile(r"<[^<>\s@]+@[^<>\s]+>")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45])\d\d\b")


def read_report(raw: bytes) -> tuple[Bounce, ...]:
    """One bounce for each recipient a report names; empty for a mail that is no delivery report. Never raises."""
    mail = message_from_bytes(raw, policy=compat32)
    report = _first_id(_text(mail.get("Message-ID"))) or f"hash:{hashlib.sha256(raw).hexdigest()}"
    original = _original(mail)
    blocks = [block for part in mail.walk() if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    found = [_of_block(block, report, original) for block in blocks if _addresses(block)]
    return tuple(found) or tuple(_of_exim(mail, report, original))


def _blocks(part: Message) -> list[Message]:
    """The blocks of a delivery-status part: the standard parser makes each a message of its own."""
    inside = part.get_payload()
    return [block for block in inside if isinstance(block, Message)] if isinstance(inside, list) else []


def _addresses(block: Message) -> tuple[str, ...]:
    """Original recipient first: a forwarding address may have failed further on."""
    named = (_address(_text(block.get(name))) for name in ("Original-Recipient", "Final-Recipient"))
    return tuple(dict.fromkeys(address for address in named if address))


def _address(text: str) -> str:
    """ "rfc822; Ann@Northlake.example" -> ann@northlake.example, "" for none."""
    bare = text.partition(";")[2] if ";" in text else text
    address = parseaddr(bare.strip())[1].lower()
    return address if "@" in address else ""


def _of_block(block: Message, report: str, original: str) -> Bounce:
    words = _one_line(_text(block.get("Diagnostic-Code")))
    action = _text(block.get("Action")).split(";")[0].strip().lower()
    return Bounce(
        report=report,
        message_id=original,
        addresses=_addresses(block),
        status=_status(_text(block.get("Status"))) or _status(words),
        failed=action == "failed",
        words=words.partition(";")[2].strip() or words,
    )


def _of_exim(mail: Message, report: str, original: str) -> Iterator[Bounce]:
    """A report in plain words, whose header names who did not get the mail."""
    words = _one_line(" ".join(_plain(mail)))
    for address in _text(mail.get("X-Failed-Recipients")).split(","):
        if _address(address):
            status = _status(words)
            yield Bounce(
                report=report, message_id=original, addresses=(_address(address),), status=status, failed=True,
                words=_around(words, status),
            )  # fmt: skip


def _plain(mail: Message) -> Iterator[str]:
    for part in mail.walk():
        payload = part.get_payload(decode=True) if part.get_content_type() == "text/plain" else None
        if isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")


def _status(text: str) -> str:
    """An enhanced status; from a plain code 550 the class alone, as 5.0.0."""
    enhanced = _STATUS.search(text)
    if enhanced:
        return enhanced[1]
    code = _CODE.search(text)
    return f"{code[1]}.0.0" if code else ""


def _around(words: str, status: str) -> str:
    at = max(words.find(status), 0) if status else 0
    return words[max(at - 20, 0) : at + 200].strip()


def _original(mail: Message) -> str:
    """The Message-ID of the returned mail; else what the report says it answers."""
    returned = [found for part in mail.walk() if part is not mail for found in _returned(part)]
    answers = (_text(mail.get(name)) for name in ("In-Reply-To", "References", "X-MS-Exchange-Parent-Message-Id"))
    return next((found for text in (*returned, *answers) if (found := _first_id(text))), "")


def _returned(part: Message) -> Iterable[str]:
    kind = part.get_content_type()
    payload = part.get_payload()
    if kind == "message/rfc822" and isinstance(payload, list):
        return [_text(inside.get("Message-ID")) for inside in payload if isinstance(inside, Message)]
    if kind in ("text/rfc822-headers", "message/rfc822-headers"):
        decoded = part.get_payload(decode=True)
        return [_text(message_from_bytes(decoded).get("Message-ID"))] if isinstance(decoded, bytes) else []
    return []


def _first_id(text: str) -> str:
    found = _ID.search(text)
    return found[0] if found else ""


def _text(value: object) -> str:
    """A header as text; the parser hands odd bytes over as an object of its own."""
    return "" if value is None else str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
