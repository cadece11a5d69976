"""A message as bytes: headers, parts and encodings.

Any mail program must show what was meant, and a name must not be able to trick one.

Headers: RFC 5322 (References), RFC 3834 (Auto-Submitted), MS-OXCMAIL (X-Auto-Response-Suppress without NDR, which would hide
bounces), RFC 2919 (List-Id), RFC 2369 (List-Unsubscribe by mail).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from binascii import b2a_qp
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from onboard.errors import DeliveryError
from onboard.model import Attachment, Message, MessageKind, Notice, ReaderRole
from onboard.planning.item_keys import threads

#: Headers whose single long word the standard folding would encode, and so destroy: they go out as they are.
_WHOLE = frozenset({"message-id", "in-reply-to", "list-id", "list-unsubscribe"})
#: A thread's header names so many items at most.
_MOST_THREADS = 10
_LONGEST_NAME = 200
#: RFC 5322 allows 998; a subject folded after its name would reach some programs with a space before it.
_LONGEST_LINE = 900
#: What nearly every address is: dot-atoms, and labels that need no IDNA (RFC 5321 4.1.2). All others are parsed.
_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
#: Category Cc of Unicode but for tab, line feed and carriage return.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Mail that is not owed to anybody and can be stopped by an answer.
_CAN_STOP = frozenset({MessageKind.DIGEST})


class _Wire(EmailPolicy):
    """Folds what may be folded at 78 columns, as old programs want it, and leaves identifiers whole (up to 998).

    The standard folding of text beyond ASCII loses a space here and there where lines break, so that is done by `Header`.
    Headers are kept as they are given, and parsed only to be folded.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """A header, or the address in it, as it is kept. Raises ValueError for one that would be two."""
        if len(str(value).splitlines()) > 1:
            raise ValueError("a header contains a line break")
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:
        """A header as it was given."""
        return value

    def fold_binary(self, name: str, value: str | Address) -> bytes:
        """One header, ready for the wire."""
        if isinstance(value, Address):
            return self._fold_address(name, value)
        plain = value.isascii() and len(value) < _LONGEST_LINE
        if name.lower() == "references":
            return ("References: " + "\r\n ".join(value.split()) + "\r\n").encode("ascii")
        if name.lower() in _WHOLE or (name.lower() == "subject" and plain):
            return f"{name}: {value}\r\n".encode("ascii")
        if value.isascii():
            return super().fold_binary(name, value)
        return f"{name}: {_words(name, value)}\r\n".encode("ascii")

    def _fold_address(self, name: str, address: Address) -> bytes:
        if address.display_name.isascii():
            return super().fold_binary(name, str(address))
        return f"{name}: {_words(name, address.display_name)}\r\n <{address.addr_spec}>\r\n".encode("ascii")


def _words(name: str, text: str) -> str:
    return Header(str(text), "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


class _Headers(HeaderRegistry):
    """The standard kinds of header; its class for a name is made once, not for each header of each mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        """The class of a header of this name."""
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


_HEADERS = _Headers()
#: Seven bits: not every relay takes eight.
_WIRE = _Wire(linesep="\r\n", cte_type="7bit", header_factory=_HEADERS)


def build(
    message: Message,
    to: str,
    message_id: str,
    date: datetime,
    *,
    sender: str,
    sender_name: str,
    reply_to: str = "",
    reply_name: str = "",
    lab_id: str = "lab",
) -> bytes:
    """The bytes of one mail to one address. `date` is aware; `message_id` comes with its angle brackets.

    Raises DeliveryError for what no mail can hold: a line break in a header, an address that is none.
    """
    mail = EmailMessage(policy=_WIRE)
    try:
        _head(mail, message, to, message_id, date, _address(sender, sender_name))
        if reply_to:
            mail["Reply-To"] = _address(reply_to, reply_name)
        _thread(mail, message.notice, lab_id, sender)
        _list(mail, message.notice.kind, sender, sender_name, lab_id)
        _body(mail, message)
        _bounds(mail, message_id)
        return mail.as_bytes()
    except (ValueError, MessageError) as error:
        text = f"No mail can be made to {to!r}: {error}. Correct the record, then run again."
        raise DeliveryError(text) from error


def ascii_address(address: str) -> str:
    """The address as it goes over the wire, its domain in IDNA. Raises DeliveryError for one that is none."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    local, at, domain = address.strip().rpartition("@")
    try:
        wire = f"{local}@{domain.encode('idna').decode('ascii')}"
        local.encode("ascii")
        parsed = Address(addr_spec=wire)
    except (ValueError, IndexError, MessageError) as error:
        raise _no_address(address) from error
    if not (at and local and "." in domain) or parsed.addr_spec != wire or any(c.isspace() for c in wire):
        raise _no_address(address)
    return wire


def _no_address(address: str) -> DeliveryError:
    return DeliveryError(f"{address!r} is not a usable e-mail address: enter one like name@university.edu on the person form")


def _address(address: str, name: str) -> Address:
    return Address(display_name=_clean(name)[:_LONGEST_NAME].strip(), addr_spec=ascii_address(address))


def _clean(text: str) -> str:
    """Text that any server takes: half characters replaced, accents in one piece, no invisible controls.

    A line break stays, so that the header refuses it: taking it out silently would hide an attack.
    """
    whole = text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROLS.sub("", unicodedata.normalize("NFC", whole))


def _one_line(text: str) -> str:
    cleaned = _clean(text)
    if any(c in "\r\n\v\f\x85\u2028\u2029" for c in cleaned):
        raise ValueError("a header contains a line break")
    return cleaned


def _head(mail: EmailMessage, message: Message, to: str, message_id: str, date: datetime, sender: Address) -> None:
    if not message_id.startswith("<") or not message_id.endswith(">") or any(c.isspace() for c in message_id):
        raise ValueError(f"{message_id!r} is not a Message-ID")
    reader = message.notice.reader
    mail["From"] = sender
    mail["To"] = _address(to, _one_line(reader.name))
    mail["Subject"] = _one_line(message.subject)
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"


def _thread(mail: EmailMessage, notice: Notice, lab_id: str, sender: str) -> None:
    """Set the headers that group mails about one item of one person.

    They never group them with another person's. Each item has a first message that was never sent, named by what the item is, so
    that nothing need be looked up; it contains no names, because headers are read by strangers. Sorted, so that two items are
    always in the same order (RFC 5322 3.6.4).
    """
    if notice.reader.role is not ReaderRole.PERSON or not notice.reader.record:
        return
    domain = ascii_address(sender).rpartition("@")[2]
    stems = threads(notice.keys(), notice.reader.record)[:_MOST_THREADS]
    roots = [f"<{hashlib.sha256(f'{lab_id}/{stem}'.encode('utf-8', 'replace')).hexdigest()[:32]}@{domain}>" for stem in stems]
    if roots:
        mail["In-Reply-To"] = roots[-1]
        mail["References"] = " ".join(roots)


def _list(mail: EmailMessage, kind: MessageKind, sender: str, name: str, lab_id: str) -> None:
    """One stream a kind, so that a reader can file it; a digest can be stopped by an answer."""
    wire = ascii_address(sender)
    plain = _one_line(name).encode("ascii", "ignore").decode().strip()
    mail["List-Id"] = f"{plain} {kind} <{kind}.{quote(lab_id, safe='')}.{wire.rpartition('@')[2]}>".strip()
    if kind in _CAN_STOP:
        mail["List-Unsubscribe"] = f"<mailto:{wire}?subject={quote(f'stop {kind}')}>"


def _body(mail: EmailMessage, message: Message) -> None:
    mail.set_content(_clean(message.text))
    pictures = [one for one in message.attachments if one.cid]
    if message.html:
        mail.make_alternative()
        mail.attach(_html(_clean(message.html)))
        _pictures(mail, pictures)
    for one in message.attachments:
        if not one.cid:
            _attach(mail, one)


def _html(html: str) -> EmailMessage:
    """HTML is nearly all ASCII in long lines, which is what quoted-printable is for: nothing need be weighed."""
    part = EmailMessage(policy=_WIRE)
    part["Content-Type"] = 'text/html; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = b"".join(line + b"\n" for line in html.encode().splitlines())
    part["MIME-Version"] = "1.0"
    part.set_payload(b2a_qp(lines).decode("ascii"))
    return part


def _bounds(mail: EmailMessage, message_id: str) -> None:
    """Boundaries of parts, the same for the same mail: no encoded line can hold ``=_`` (RFC 2045 6.7), no other such a hash."""
    name = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{number}_{name}")


def _pictures(mail: EmailMessage, pictures: list[Attachment]) -> None:
    """Beside the HTML they belong to, so that they are not shown as files."""
    parts = mail.get_payload()
    html = parts[-1] if isinstance(parts, list) else None
    if not isinstance(html, MIMEPart):
        return
    for one in pictures:
        main, sub = one.mime.split(";")[0].strip().split("/")
        html.add_related(one.content, main, sub, cid=f"<{one.cid.strip('<>')}>", filename=one.filename, disposition="inline")


def _attach(mail: EmailMessage, one: Attachment) -> None:
    kind, *parameters = (part.strip() for part in one.mime.split(";"))
    main, sub = kind.split("/")
    values = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
    filename = _one_line(one.filename)
    if main == "text":
        text = one.content.decode(values.pop("charset", "utf-8"))
        mail.add_attachment(text, subtype=sub, filename=filename, params=values, cte="base64")
    else:
        mail.add_attachment(one.content, main, sub, filename=filename, params=values)
