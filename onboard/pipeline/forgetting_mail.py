"""A mail without a person's name: the name replaced, every other byte kept.

It decides how a name is found in what a mail encodes; forgetting.py decides whose name it is.
"""

from __future__ import annotations

import base64
import codecs
import email
import email.policy
import io
import quopri
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import Message

from onboard.pipeline.forgetting import Alias

#: A workbook keeps its texts there.
_TEXTS = "xl/sharedStrings.xml"
_LINE = 76
_BASE64, _QUOTED = "base64", "quoted-printable"


def without(mime: bytes, alias: Alias) -> bytes:
    """Return the mail with names and addresses certainly the person's replaced.

    The same bytes when it holds none.
    """
    return _changed(mime, alias.scrub)


@dataclass(frozen=True, slots=True)
class MailAlias:
    """An alias for mails."""

    alias: Alias

    def without(self, mime: bytes) -> bytes:
        """See `without`."""
        return without(mime, self.alias)

    def left_in(self, mime: bytes) -> tuple[str, ...]:
        """The person's names in a mail, sure or not."""
        return self.alias.left_in("\n".join(_texts(email.message_from_bytes(mime, policy=email.policy.compat32))))


def _texts(message: Message) -> Iterator[str]:
    yield from (_header(value) for value in message.values())
    for part in message.walk():
        if not part.is_multipart():
            yield _sheet_text(_decoded(part)) if _is_workbook(part) else _text(part)


def _changed(mime: bytes, scrub: Callable[[str], str]) -> bytes:
    message = email.message_from_bytes(mime, policy=email.policy.compat32)
    for name, value in message.raw_items():
        new = scrub(_header(value))
        if new != _header(value):
            mime = _exchanged(mime, _ascii(f"{name}: {value}"), _ascii(f"{name}: {Header(new, _charset(new)).encode()}"))
    for part in message.walk():
        new_raw = None if part.is_multipart() else _workbook(part, scrub) if _is_workbook(part) else _part(part, scrub)
        if new_raw is not None:
            mime = _exchanged(mime, _raw(part), new_raw)
    return mime


def _raw(part: Message) -> bytes:
    """Return the payload as it is in the mail."""
    return _ascii(str(part.get_payload())) if _how(part) in (_BASE64, _QUOTED) else _decoded(part)


def _how(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "surrogateescape")


def _exchanged(mime: bytes, old: bytes, new: bytes) -> bytes:
    """One stretch of the bytes; a mail's line ends stay as they are."""
    end = b"\r\n" if b"\r\n" in mime else b"\n"
    return mime.replace(old, new.replace(b"\r\n", b"\n").replace(b"\n", end), 1)


def _header(value: object) -> str:
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, UnicodeError, HeaderParseError):
        return str(value)


def _charset(text: str) -> str:
    return "us-ascii" if text.isascii() else "utf-8"


def _decoded(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    if part.get_content_maintype() != "text":
        return ""
    return _decoded(part).decode(_codec(part), "surrogateescape")


def _codec(part: Message) -> str:
    """Return the charset a part names, or one that loses no byte if it is unknown."""
    named = part.get_content_charset() or "utf-8"
    try:
        return codecs.lookup(named).name
    except LookupError:
        return "latin-1"


def _part(part: Message, scrub: Callable[[str], str]) -> bytes | None:
    """The new payload, encoded as the old one was; None when nothing changes."""
    text = _text(part)
    new = scrub(text)
    return None if new == text else _encoded(part, new.encode(_codec(part), "surrogateescape"))


def _encoded(part: Message, content: bytes) -> bytes:
    if _how(part) == _BASE64:
        letters = base64.b64encode(content)
        tail = b"\n" if _raw(part).endswith(b"\n") else b""
        return b"\n".join(letters[at : at + _LINE] for at in range(0, len(letters), _LINE)) + tail
    return quopri.encodestring(content.replace(b"\r\n", b"\n")) if _how(part) == _QUOTED else content


def _is_workbook(part: Message) -> bool:
    return part.get_content_subtype().endswith("spreadsheetml.sheet")


def _sheet_text(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return book.read(_TEXTS).decode("utf-8")
    except (zipfile.BadZipFile, KeyError):
        return ""


def _workbook(part: Message, scrub: Callable[[str], str]) -> bytes | None:
    """A workbook with other texts; None when nothing changes."""
    content = _decoded(part)
    text = _sheet_text(content)
    if scrub(text) == text:
        return None
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(one, scrub(text) if one.filename == _TEXTS else old.read(one))
    return _encoded(part, out.getvalue())
