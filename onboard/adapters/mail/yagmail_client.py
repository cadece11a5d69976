"""yagmail with one connection for many messages, our bytes, one attempt.

It decides how a message is offered and what a lost connection means at each step; the outbox decides whether and when to send.

Three methods of yagmail 0.16 are replaced, since the stock ones log in for every message, rewrite the body, and send again
after a connection that failed when the message had been taken. A test compares all three with the installed version.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

import yagmail

from onboard.adapters.mail.mime import ascii_address
from onboard.adapters.mail.smtp_answers import Step, no_connection, no_password_here, one_line, refusal
from onboard.adapters.mail.smtp_settings import Smtp, Tls
from onboard.errors import InDoubt, OnboardError, TransportDown
from onboard.planning.refusals import lost, no_link
from onboard.ports import Refused, Stopped

#: After so many idle seconds the link is tried before it is used.
IDLE_SECONDS = 30.0
#: The kinds of login that take a user name and a password.
_PASSWORD_LOGINS = frozenset({"PLAIN", "LOGIN", "CRAM-MD5"})
_Answer = TypeVar("_Answer")
_END = re.compile(rb"\r?\n|\r")


class LabClient(yagmail.Client):
    """A connection to one server, made when first needed. Not for two threads at once."""

    def __init__(self, settings: Smtp, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._used_at = 0.0
        self._handed_over = 0
        self._envelope_from = ""
        self._before_data: Callable[[], None] = _nothing
        self.answer = ""
        super().__init__(
            user=ascii_address(settings.sender),
            password="",
            host=settings.host,
            port=settings.real_port,
            smtp_skip_login=True,
            soft_email_validation=False,
            **_tls_words(settings),
        )
        self.set_logging(None)

    def hand_over(self, envelope_from: str, to: str, mime: bytes, before_data: Callable[[], None]) -> str:
        """One attempt for one message; returns the server's words. Raises as `ports.Mailer.deliver` does."""
        self._envelope_from = ascii_address(envelope_from)
        self._before_data = before_data
        self.send(to=ascii_address(to), contents=mime)
        return self.answer

    def probe(self, envelope_from: str) -> str:
        self._envelope_from = ascii_address(envelope_from)
        self.login()
        self._expect(Step.SENDER, self._safely(self._say_sender), (250,))
        self._forget()
        as_whom = f"logged in as {self._settings.user}" if self._settings.user else "no login"
        return f"{self._settings.where} takes mail from {self._envelope_from} ({self._settings.tls}, {as_whom})"

    def ready(self) -> bool:
        """Whether there is a link that may take one more message."""
        return bool(self.smtp is not None and self.smtp.sock is not None and self._handed_over < self._settings.rotate_after)

    def login(self) -> None:
        """Use the link there is; make a new one when it is gone, too old, or did not answer. Raises TransportDown."""
        if self.ready() and (self._monotonic() - self._used_at < IDLE_SECONDS or self._answers()):
            return
        self.close()
        try:
            self._login(None)
            self._authenticate()
        except UnicodeError:
            self._drop()
            # Not chained: the original error quotes the password.
            text = "User name or password hold characters beyond ASCII, which no login takes: change them"
            raise Stopped(text, no_link(text, ours=True)) from None
        except OSError as error:
            self._drop()
            raise self._no_link(error) from error
        except Stopped:
            self._drop()
            raise
        except TransportDown as error:
            self._drop()  # no token, so there is no login
            raise Stopped(str(error), no_link(str(error), ours=True)) from error
        self._handed_over, self._used_at = 0, self._monotonic()

    def _answers(self) -> bool:
        try:
            return bool(self.smtp.noop()[0] == 250)
        except OSError:
            return False

    def _authenticate(self) -> None:
        settings = self._settings
        if settings.tls is not Tls.NONE and not isinstance(self.smtp.sock, ssl.SSLSocket):
            raise ssl.SSLError("the link is not encrypted")
        self.smtp.ehlo_or_helo_if_needed()
        if settings.token is not None:
            first = f"user={settings.user}\x01auth=Bearer {settings.token()}\x01\x01"
            self.smtp.auth("XOAUTH2", lambda challenge=None: first if challenge is None else "")
        elif settings.user:
            offered = str(self.smtp.esmtp_features.get("auth", "")).upper().split()
            if offered and not _PASSWORD_LOGINS.intersection(offered):
                raise no_password_here(offered, settings.where)
            self.smtp.login(settings.user, settings.password)

    def _no_link(self, error: OSError) -> OnboardError:
        code = getattr(error, "smtp_code", None)
        if isinstance(code, int) and code > 0:
            return refusal(Step.LOGIN, code, _text(getattr(error, "smtp_error", b"")), self._settings.where)
        return no_connection(error, self._settings.where)

    def prepare_send(self, to: Any = None, subject: Any = None, contents: Any = None, *_: Any, **__: Any) -> Any:
        """The message as it was frozen, not yagmail's idea of it."""
        return [to], contents

    def _attempt_send(self, recipients: list[str], msg_strings: Any) -> dict[str, Any]:
        """Sender, recipient, message: once. What was refused is an exception; the dictionary is empty."""
        try:
            self._introduce(recipients[0])
            self._ask()
            self._offer(msg_strings)
        except Refused as error:
            self._forget(drop=error.refusal.code == 421)
            raise
        except InDoubt:
            self._drop()
            raise
        except OnboardError:
            self._forget()
            raise
        self._handed_over += 1
        self._used_at = self._monotonic()
        return {}

    def _introduce(self, to: str) -> None:
        """Sender and recipient. A link the server closed while idle is made again: nothing was offered on it."""
        try:
            answer = self._say_sender()
        except OSError as error:
            if not self._handed_over:
                raise self._lost(error) from error
            self._drop()
            self.login()
            answer = self._safely(self._say_sender)
        self._expect(Step.SENDER, answer, (250,))
        self._expect(Step.RECIPIENT, self._safely(lambda: self._say(f"RCPT TO:<{to}>")), (250, 251))

    def _say_sender(self) -> tuple[int, bytes]:
        self.smtp.ehlo_or_helo_if_needed()
        return self._say(f"MAIL FROM:<{self._envelope_from}>")

    def _say(self, words: str) -> tuple[int, bytes]:
        """One command. Addresses are in their place as they are: yagmail's own words would take them apart once more."""
        code, said = self.smtp.docmd(words)
        return code, said

    def _safely(self, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except OSError as error:
            raise self._lost(error) from error

    def _lost(self, error: OSError) -> Refused:
        self._drop()
        said = one_line(str(error)) or type(error).__name__
        told = f"The link to {self._settings.where} was lost before the message was offered: {said}"
        return Refused(told, lost(Step.RECIPIENT, said))

    def _expect(self, step: Step, answer: tuple[int, bytes], yes: tuple[int, ...]) -> None:
        code, text = answer
        if code not in yes:
            raise refusal(step, code, _text(text), self._settings.where)

    def _ask(self) -> None:
        """DATA. The ledger writes down that the message is offered while the server makes ready to take it."""
        self._patience(self._settings.data_timeout)
        self._safely(lambda: self.smtp.putcmd("DATA"))
        try:
            self._before_data()
        except BaseException:
            self._drop()  # the server waits for a message: it would take any other word for one
            raise
        self._expect(Step.OFFER, self._safely(self.smtp.getreply), (354,))

    def _offer(self, mime: bytes) -> None:
        """The message itself. Until the server asks for it nothing is in doubt; from its first byte on everything is."""
        body = _as_data(mime)
        try:
            self.smtp.send(body)  # in one piece: two would wait for each other's acknowledgement
            code, text = self.smtp.getreply()
        except OSError as error:
            said = one_line(str(error)) or type(error).__name__
            raise InDoubt(f"The link to {self._settings.where} was lost after the message was offered: {said}") from error
        self._patience(self._settings.timeout)
        self._expect(Step.BODY, (code, text), (250,))
        self.answer = f"{code} {one_line(_text(text))}"

    def _patience(self, seconds: float) -> None:
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(seconds)

    def _forget(self, *, drop: bool = False) -> None:
        """Take back the sender and recipient of a message that was not offered."""
        try:
            if drop or self.smtp is None or self.smtp.sock is None:
                self._drop()
            else:
                self._patience(self._settings.timeout)
                self.smtp.rset()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        """Hang up without a word."""
        if self.smtp is not None:
            self.smtp.close()
        self._handed_over = 0

    def close(self) -> None:
        """Say goodbye if anybody listens."""
        self.is_closed = True
        if self.smtp is None:
            return
        try:
            if self.smtp.sock is not None:
                self.smtp.quit()
        except OSError:
            pass  # a dead link needs no goodbye
        finally:
            self._drop()


def _tls_words(settings: Smtp) -> dict[str, Any]:
    """The one place where our three words become yagmail's arguments; a stock context would verify nothing."""
    words: dict[str, Any] = {"timeout": settings.timeout, "local_hostname": settings.helo or None}
    if settings.tls is Tls.NONE:
        return words | {"smtp_ssl": False, "smtp_starttls": False}
    context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    if settings.tls is Tls.IMPLICIT:
        return words | {"smtp_ssl": True, "smtp_starttls": False, "context": context}
    return words | {"smtp_ssl": False, "smtp_starttls": {"context": context}}


def _as_data(mime: bytes) -> bytes:
    """The message as RFC 5321 4.5.2 wants it: CRLF ends, a dot before a leading dot, a lone dot at the end."""
    proper = mime.count(b"\r\n") == mime.count(b"\n") == mime.count(b"\r")
    body = (mime if proper else _END.sub(b"\r\n", mime)).replace(b"\r\n.", b"\r\n..")
    body = b"." + body if body.startswith(b".") else body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _nothing() -> None:
    """Before the first message there is nothing to announce."""
