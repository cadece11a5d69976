"""The lab's mailbox over IMAP: `ports.BounceSource`.

It finds delivery reports and sent mail there. It reads only, so nothing is marked as read and people who work in the mailbox
notice nothing. TLS is always verified. The login is a password or an OAuth access token (XOAUTH2), as Microsoft 365 asks for.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from onboard.adapters.mail.plain_bounces import given_up
from onboard.errors import OnboardError, TransportDown

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: The senders of delivery reports: Postfix, Exim and Gmail; relays; Exchange.
_WRITERS = ('FROM "mailer-daemon"', 'FROM "postmaster"', 'FROM "MicrosoftExchange"', 'HEADER Content-Type "multipart/report"')
#: A report needs no more: the returned mail is at its end and only its headers count.
_MOST_BYTES = 65_536
_MOST_REPORTS = 500
_NO_SENT = (
    "it names no folder of sent mail, so a person settles each mail in doubt: if the server keeps what we send, write the "
    "folder's name into sent_folder"
)
_PLAIN_ID = re.compile(r"<[\x21\x23-\x5b\x5d-\x7e]+>")
_SENT_FOLDER = re.compile(rb'\([^)]*\\Sent\b[^)]*\) (?:"[^"]*"|NIL) (.+)$', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where the mailbox is. `token` gives an OAuth access token and takes the place of the password."""

    host: str
    user: str
    port: int = 993
    tls: Literal["implicit", "starttls"] = "implicit"
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)
    ca_file: Path | None = None
    folder: str = "INBOX"
    reports_to: str = ""  # how the addresses begin that our mail comes back to, where each has its own
    sent_folder: str = ""  # "" = the one the server calls \\Sent
    timeout: float = 30.0

    @property
    def where(self) -> str:
        """The server as people write it."""
        return f"{self.host}:{self.port}"


class ImapBounces:
    """One look into a mailbox; the connection is made when first needed."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._link: imaplib.IMAP4 | None = None

    def __repr__(self) -> str:
        return f"ImapBounces({self._mailbox.where})"

    def reports(self, since: date) -> Sequence[bytes]:
        day = f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"
        asked = (*_WRITERS, f'TO "{self._mailbox.reports_to}"') if self._mailbox.reports_to else _WRITERS
        either = "OR " * (len(asked) - 1) + " ".join(asked)
        link = self._open()
        try:
            self._select(link, self._mailbox.folder)
            found = self._search(link, f"SINCE {day} {either}")
            return [mail for number in found[-_MOST_REPORTS:] if (mail := _fetched(link, number))]
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._down(error) from error

    def given_up(self, report: bytes) -> Sequence[str]:
        return given_up(report)

    def in_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        link = self._open()
        try:
            folder = self._mailbox.sent_folder or _sent_folder(link)
            if not folder:
                return frozenset()
            self._select(link, folder)
            plain = [one for one in message_ids if _PLAIN_ID.fullmatch(one)]
            return frozenset(one for one in plain if self._search(link, f'HEADER Message-ID "{one}"'))
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._down(error) from error

    def probe(self) -> str:
        link = self._open()
        try:
            self._select(link, self._mailbox.folder)
            sent = self._mailbox.sent_folder or _sent_folder(link)
            if sent:
                self._select(link, sent)
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._down(error) from error
        found = f"{self._mailbox.where} lets {self._mailbox.user} in; reports arrive in {self._mailbox.folder}"
        return f"{found}, sent mail is kept in {sent}" if sent else f"{found}; {_NO_SENT}"

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            try:
                link.logout()
            except (OSError, imaplib.IMAP4.error):
                return  # a dead link needs no goodbye

    def _open(self) -> imaplib.IMAP4:
        """The link there is, or a new one, logged in."""
        if self._link is None:
            try:
                self._link = self._connected()
                self._log_in(self._link)
            except UnicodeError:
                # Not chained: the original error quotes the password.
                raise self._down(ValueError("user name or password hold characters beyond ASCII: change them")) from None
            except (OSError, imaplib.IMAP4.error) as error:
                raise self._down(error) from error
            except OnboardError:
                self.close()  # no token, so there is no login
                raise
        return self._link

    def _connected(self) -> imaplib.IMAP4:
        box = self._mailbox
        context = ssl.create_default_context(cafile=str(box.ca_file) if box.ca_file else None)
        if box.tls == "implicit":
            return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=box.timeout)
        link = imaplib.IMAP4(box.host, box.port, timeout=box.timeout)
        link.starttls(context)
        return link

    def _log_in(self, link: imaplib.IMAP4) -> None:
        box = self._mailbox
        if box.token is None:
            link.login(box.user, box.password)
            return
        first = f"user={box.user}\x01auth=Bearer {box.token()}\x01\x01".encode()
        asked: list[bytes] = []

        def answer(challenge: bytes) -> bytes:
            asked.append(challenge)
            return first if len(asked) == 1 else b""  # a second question is the refusal, which wants an empty answer

        link.authenticate("XOAUTH2", answer)

    def _select(self, link: imaplib.IMAP4, folder: str) -> None:
        state, said = link.select('"' + folder.strip('"') + '"', readonly=True)
        if state != "OK":
            raise imaplib.IMAP4.error(f"folder {folder} does not exist: {_words(said)}")

    def _search(self, link: imaplib.IMAP4, criteria: str) -> list[bytes]:
        state, found = link.uid("SEARCH", criteria)
        if state != "OK":
            raise imaplib.IMAP4.error(f"search refused: {_words(found)}")
        return (found[0] or b"").split()

    def _down(self, error: Exception) -> TransportDown:
        """What went wrong and the next step; the mailbox's own words never hold the password."""
        self.close()
        return TransportDown(f"The mailbox at {self._mailbox.where} cannot be read: {_meaning(error)}")


def _fetched(link: imaplib.IMAP4, number: bytes) -> bytes:
    """The beginning of one mail; it stays unread."""
    _, parts = link.uid("FETCH", number.decode("ascii"), f"(BODY.PEEK[]<0.{_MOST_BYTES}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def _sent_folder(link: imaplib.IMAP4) -> str:
    """The folder with the special use \\Sent (RFC 6154), "" when the server names none."""
    _, rows = link.list()
    found = (_SENT_FOLDER.search(row) for row in rows if isinstance(row, bytes))
    return next((one[1].decode("ascii").strip().strip('"') for one in found if one and one[1].isascii()), "")


def _words(said: Sequence[object]) -> str:
    first = said[0] if said else b""
    return first.decode("utf-8", "replace")[:200] if isinstance(first, bytes) else str(first)[:200]


def _meaning(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({error.verify_message}). If the university has its own authority, name its "
            "file in ca_file; never switch checking off"
        )
    if isinstance(error, socket.gaierror):
        return "its name is not known here. Check host in [bounces]"
    if isinstance(error, (TimeoutError, ConnectionError)):
        return "it does not answer. Check host and port in [bounces], and that the firewall lets this machine out"
    said = " ".join(str(error).replace("b'", "").rstrip("'").split())[:200]
    if "AUTH" in said.upper() or "LOGIN" in said.upper():
        return f"the login was refused ({said}). Correct user and secret; Microsoft 365 and Google take no plain password"
    return f"{said or type(error).__name__}. Check [bounces] in settings.toml"
