"""What the mail catcher says to a sender, command by command.

Answers, what is kept, how a scripted fault looks on the wire. Binds nothing; `catcher.py` does.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from onboard.sandbox.mail.faults import MailFault, Script, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One message as it came: `content` is every byte of it, with CRLF line ends."""

    envelope_from: str
    rcpt_tos: tuple[str, ...]
    content: bytes


@dataclass(slots=True, kw_only=True)
class Counts:
    """What senders did, to see whether they reuse a connection."""

    connections: int = 0
    logins: int = 0
    quits: int = 0


@dataclass(slots=True, kw_only=True)
class Box:
    """What the conversations share."""

    script: Script = field(default_factory=Script)
    counts: Counts = field(default_factory=Counts)
    messages: list[Caught] = field(default_factory=list)
    directory: Path | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)

    def keep(self, caught: Caught) -> None:
        """Remember a message, on disk too when there is a directory."""
        if self.directory is not None:
            self.directory.mkdir(parents=True, exist_ok=True)
            numbers = [int(path.stem) for path in self.directory.glob("*.eml") if path.stem.isdigit()]
            (self.directory / f"{max(numbers, default=0) + 1:04}.eml").write_bytes(caught.content)
        self.messages.append(caught)


class Handler:
    """Answers one command each, through aiosmtpd's hooks."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def handle_EHLO(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet, unless scripted otherwise."""
        session.host_name = hostname
        refusal = await _fault(server, self.box.script.strike(Stage.HELLO))
        return [refusal] if refusal else responses

    async def handle_HELO(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str
    ) -> str:
        """Greet a sender that gave up on EHLO."""
        session.host_name = hostname
        return await _fault(server, self.box.script.strike(Stage.HELLO)) or f"250 {server.hostname}"

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender, after a login when logins are asked for."""
        if self.box.users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        refusal = await _fault(server, self.box.script.strike(Stage.MAIL, address))
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        refusal = await _fault(server, self.box.script.strike(Stage.RECIPIENT, address))
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the message; a scripted fault decides whether the sender hears of it."""
        fault = self.box.script.strike(Stage.BODY)
        caught = Caught(
            envelope_from=envelope.mail_from or "",
            rcpt_tos=tuple(envelope.rcpt_tos),
            content=envelope.original_content or b"",
        )
        if fault is None or fault.kept:
            self.box.keep(caught)
        return await _fault(server, fault) or "250 OK: caught"

    async def handle_QUIT(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Say goodbye."""
        self.box.counts.quits += 1
        return "221 Bye"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        """Check a user's password, unless scripted otherwise."""
        fault = self.box.script.strike(Stage.LOGIN)
        if fault is not None and fault.code is not None:
            return AuthResult(success=False, handled=False, message=fault.answer)
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        user, password = data.login.decode(), data.password.decode()
        if fault is not None or self.box.users.get(user) != password:
            return AuthResult(success=False, handled=False)
        self.box.counts.logins += 1
        return AuthResult(success=True)


class Conversation(SMTP):
    """aiosmtpd's protocol with the two stages it has no hook for."""

    @property
    def box(self) -> Box:
        """What is shared with the catcher."""
        box: Box = self.event_handler.box
        return box

    async def _handle_client(self) -> None:
        self.box.counts.connections += 1
        refusal = await _fault(self, self.box.script.strike(Stage.CONNECT))
        if refusal:
            await self.push(refusal)
            self._writer.close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name aiosmtpd looks for
        """Answer the DATA command, before any content."""
        refusal = await _fault(self, self.box.script.strike(Stage.DATA))
        if refusal:
            await self.push(refusal)
            return
        await super().smtp_DATA(arg)


async def _fault(server: SMTP, fault: MailFault | None) -> str:
    """Wait, then the line to answer with; a lost connection never returns. Blank without fault."""
    if fault is None:
        return ""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.code is not None:
        return fault.answer
    transport = server.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    await asyncio.Event().wait()  # aiosmtpd cancels the conversation once the connection is gone
    return ""
