"""Read delivery reports: which mail and address each is about.

In: a mail. Out: its bounces; nothing is counted or stored here.

RFC 3464: multipart/report with a part message/delivery-status, one block for the report and one for each recipient, and the
returned mail or its headers. Postfix, Exchange, Microsoft 365 and Gmail all write that. Older servers write plain words; Exim
adds the header X-Failed-Recipients. What a stranger may have typed is only compared with what we sent, never followed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr

from onboard.model import Bounce
from onboard.planning.refusals import report as what_it_means
from onboard.planning.refusals import status_in

_ID = re.compile(r"<[^<>\s@]+@[^<>\s]+>")
#: A server's answer among plain words: its code and what follows.
_ANSWER = re.compile(r"(?:^|[\s:(>])([45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}\b)?.*)")
#: The line of the returned mail within a report's plain words.
_ID_LINE = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s@]+@[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
#: Where a report's own words end and the returned mail begins, which may hold any number.
_COPY = re.compile(r"^(?:-{3,}.*|(?:Return-Path|Received|From): .*)$", re.IGNORECASE | re.MULTILINE)
_SHORT = 150
#: A temporary answer among plain words is a warning unless they say that nothing more is tried.
_FOR_GOOD = re.compile(r"permanent error|giv(?:en|ing) up|timeout exceeded|expired", re.IGNORECASE)
#: What the model puts in KEY's place.
_KEY = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})(?=[^@\s]*@)")
#: Headers with the address that a report was sent to; a mailbox's server writes the last ones.
_SENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")

#: From a mail's bytes the addresses its plain words give up on.
PlainWords = Callable[[bytes], Sequence[str]]


def nobody(raw: bytes) -> Sequence[str]:
    """For a reader without a knowledge of plain words."""
    return ()


def read_report(raw: bytes, plain_words: PlainWords = nobody) -> tuple[Bounce, ...]:
    """Return one bounce for each recipient a report names, or for the mail it names.

    Empty for a mail that is not a delivery report. Never raises.
    """
    mail = message_from_bytes(raw, policy=compat32)
    report = _first_id(_text(mail.get("Message-ID"))) or f"hash:{hashlib.sha256(raw).hexdigest()}"
    about = Bounce(report=report, message_id=_original(mail), key=_key(mail), addresses=(), refusal=what_it_means("", "", ""))
    blocks = [block for part in mail.walk() if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    names_a_mail = bool(about.message_id or about.key)
    found = [_of_block(block, about) for block in blocks if _addresses(block) or (block.get("Action") and names_a_mail)]
    return tuple(found) or tuple(_of_words(mail, about, plain_words(raw)))


def _key(mail: Message) -> str:
    """What made the envelope sender of the returned mail its own, from the address the report came to."""
    sent_to = (_text(value) for name in _SENT_TO for value in mail.get_all(name, []))
    return next((found[1] for address in sent_to if (found := _KEY.search(address.lower()))), "")


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


def _of_block(block: Message, about: Bounce) -> Bounce:
    words = _one_line(_text(block.get("Diagnostic-Code")))
    action = _text(block.get("Action")).split(";")[0]
    refusal = what_it_means(action, _text(block.get("Status")), words)
    return replace(about, addresses=_addresses(block), refusal=refusal)


def _of_words(mail: Message, about: Bounce, given_up: Sequence[str]) -> Iterator[Bounce]:
    """Return the bounces of a report in plain words.

    The addresses are in Exim's header, or were read from the words.
    """
    listed = [found for text in _text(mail.get("X-Failed-Recipients")).split(",") if (found := _address(text))]
    written = "\n".join(_plain(mail))
    inside = _ID_LINE.search(written)
    named = about.message_id or (inside[1] if inside else "")
    said = _COPY.split(written, maxsplit=1)[0]
    for address in listed or given_up:
        after = _one_line(said[max(said.lower().rfind(address), 0) :])[:_SHORT]
        answer = _answer_in(said)
        still_tried = answer.startswith("4") and not _FOR_GOOD.search(said)
        refusal = what_it_means("delayed" if still_tried else "failed", "", answer or after)
        yield replace(about, message_id=named, addresses=(address,), refusal=refusal, plain=True)


def _answer_in(text: str) -> str:
    """What a server answered, where the words quote it; "" when they do not."""
    for line in text.splitlines():
        found = _ANSWER.search(line)
        if found or status_in(line):
            return _one_line(found[1] if found else line)
    return ""


def _plain(mail: Message) -> Iterator[str]:
    for part in mail.walk():
        payload = part.get_payload(decode=True) if part.get_content_type() == "text/plain" else None
        if isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")


def _original(mail: Message) -> str:
    """The Message-ID of the returned mail; else what the report says it answers."""
    returned = [found for part in mail.walk() if part is not mail for found in _returned(part)]
    answers = (_text(mail.get(name)) for name in ("In-Reply-To", "References", "X-MS-Exchange-Parent-Message-Id"))
    # the last reference is the mail itself, those before it are its thread (RFC 5322 3.6.4)
    return next((found[-1] for text in (*returned, *answers) if (found := _ID.findall(text))), "")


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
