"""Mail by access token, end to end: real msal, a stand-in for Microsoft's sign-in server, and a mail server that takes the
tokens this one minted, over STARTTLS, and nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.m365_token import M365Tokens
from onboard.adapters.mail.smtp_settings import Smtp, Tls
from onboard.adapters.mail.yagmail_mailer import YagmailMailer
from onboard.errors import TransportDown
from onboard.pipeline.delivering import Drained, drain
from onboard.sandbox.mail.catcher import LARGEST_MESSAGE, MailCatcher
from onboard.sandbox.mail.conversation import Conversation, Handler
from tests.adapters.mail.certificates import Certificates, make
from tests.adapters.mail.test_m365_token import LAB, Answer, SignInServer, registration
from tests.pipeline.delivery_cast import LEILA, LIVE, MONDAY, HandClock, outgoing, queue
from tests.pipeline.test_came_back import DAY


@dataclass
class Minting(SignInServer):
    """A sign-in server that knows which of its tokens are still good: the newest, unless taken back."""

    lifetime: int = 3600
    good: set[str] = field(default_factory=set)

    def post(self, url: str, data: dict[str, str] | None = None, **more: Any) -> Answer:
        """A token takes the place of the one before."""
        answer = super().post(url, data, **more)
        body = json.loads(answer.text)
        if "access_token" in body:
            self.good = {body["access_token"]}
            body["expires_in"] = self.lifetime
        return Answer(json.dumps(body), answer.status_code)

    def grants(self) -> list[str]:
        """How each token was asked for."""
        return [one["grant_type"].rpartition(":")[2] for one in self.asked if "grant_type" in one]


class TokenDoor(Handler):
    """The mailbox's own address with a good token comes in; everybody else gets Microsoft's refusal."""

    signed_in: Minting

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802 - the name aiosmtpd looks for
        """The words of XOAUTH2: the user, the token."""
        await asyncio.sleep(0)
        words = base64.b64decode(args[1]).decode().split("\x01") if len(args) > 1 else []
        token = words[1].removeprefix("auth=Bearer ") if len(words) == 4 and words[0] == f"user={LAB}" else ""
        if token in self.signed_in.good:
            self.box.counts.logins += 1
            return AuthResult(success=True, auth_data=LAB)
        await server.push("535 5.7.3 Authentication unsuccessful [DM6PR01CA0001.prod.exchangelabs.com]")
        return AuthResult(success=False, handled=True)


class TokenServer(MailCatcher):
    """A mail server as smtp.office365.com: STARTTLS, then XOAUTH2."""

    def __init__(self, certificates: Certificates, signed_in: Minting) -> None:
        super().__init__(tls=certificates.server_context(), users={LAB: "no password opens it"})
        self._signed_in = signed_in

    def _conversation(self, loop: asyncio.AbstractEventLoop) -> Conversation:
        door = TokenDoor(self._box)
        door.signed_in = self._signed_in
        conversation = Conversation(
            door, loop=loop, hostname="smtp.office365.example", data_size_limit=LARGEST_MESSAGE, tls_context=self._tls,
            auth_require_tls=True, auth_exclude_mechanism=["LOGIN", "PLAIN"],
        )  # fmt: skip
        self._conversations.append(conversation)
        return conversation


@dataclass
class Office365:
    """Both servers, and a mailer built as the product builds it."""

    smtp: TokenServer
    sign_in: Minting
    authority: Path
    folder: Path

    def drain(self, ledger: SqlLedger, clock: HandClock, **more: Any) -> Drained:
        """One emptying of the outbox by a process that starts now: its tokens come from the file or are asked for."""
        return drain(self.mailer(**more), ledger, clock, LIVE)

    def mailer(self, *, flow: str = "app") -> YagmailMailer:
        """A fresh one."""
        tokens = M365Tokens(registration(self.folder, flow=flow, user=LAB), self.sign_in)
        return YagmailMailer(
            Smtp(host="127.0.0.1", port=self.smtp.port, sender=LAB, tls=Tls.STARTTLS, user=LAB, token=tokens,
                 ca_file=self.authority, timeout=5)
        )  # fmt: skip

    def sign_in_once(self) -> None:
        """What `onboard mail login` does."""
        M365Tokens(registration(self.folder, flow="delegated", user=LAB), self.sign_in).sign_in(lambda words: None)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def office(certificates: Certificates, tmp_path: Path) -> Iterator[Office365]:
    sign_in = Minting()
    with TokenServer(certificates, sign_in) as smtp:
        yield Office365(smtp=smtp, sign_in=sign_in, authority=certificates.authority, folder=tmp_path)


@pytest.fixture
def put(sqlite_ledger: SqlLedger, clock: HandClock) -> Callable[[int], None]:
    """Queue one mail for the nth day."""

    def one(n: int) -> None:
        queue(sqlite_ledger, outgoing(LEILA.address, f"r/{n}", slot=MONDAY + n * DAY), slot=MONDAY + n * DAY, now=clock.now())

    return one


def test_the_applications_own_token_opens_the_door(office: Office365, put, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    put(0)
    assert [one.state for one in office.drain(sqlite_ledger, clock).deliveries] == ["sent"]
    put(1)
    assert [one.state for one in office.drain(sqlite_ledger, clock).deliveries] == ["sent"]
    assert office.sign_in.grants() == ["client_credentials"], "the second process found the token in its file"
    assert len(office.smtp.messages) == 2 == office.smtp.counts.logins and sqlite_ledger.outbox(LIVE) == {"sent": 2}


def test_a_token_that_ended_is_asked_for_anew(office: Office365, put, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    office.sign_in.lifetime = 200  # less than the five minutes before its end in which nobody uses a token any more
    for n in range(3):
        put(n)
        assert [one.state for one in office.drain(sqlite_ledger, clock).deliveries] == ["sent"]
    assert office.sign_in.given == 3 and sqlite_ledger.outbox(LIVE) == {"sent": 3}


def test_who_signed_in_once_needs_not_do_so_again(office: Office365, put, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    office.sign_in.lifetime = 200
    office.sign_in_once()
    for n in range(2):
        put(n)
        assert [one.state for one in office.drain(sqlite_ledger, clock, flow="delegated").deliveries] == ["sent"]
    assert office.sign_in.grants() == ["device_code", "refresh_token", "refresh_token"]
    assert all("offline_access" in one["scope"] for one in office.sign_in.asked if one.get("grant_type") == "refresh_token")


def test_a_token_taken_back_waits_and_nobody_is_asked_twice(
    office: Office365, put, sqlite_ledger: SqlLedger, clock: HandClock
) -> None:
    put(0)
    put(1)
    office.mailer()._client._settings.token()
    office.sign_in.good.clear()
    down = office.drain(sqlite_ledger, clock).down
    assert "5.7.3" in down and "SMTP.SendAsApp" in down and "token-1" not in down
    assert sqlite_ledger.outbox(LIVE) == {"queued": 1, "superseded": 1} and office.smtp.messages == []
    assert {post.attempts for post in sqlite_ledger.claim(LIVE, clock.now())} == {0}, "no attempt was burnt"


def test_nobody_signed_in_and_nothing_leaves(office: Office365, put, sqlite_ledger: SqlLedger, clock: HandClock) -> None:
    put(0)
    assert "onboard mail login" in office.drain(sqlite_ledger, clock, flow="delegated").down
    assert office.smtp.messages == [] and office.smtp.counts.logins == 0


@pytest.mark.parametrize("flow", ["app", "delegated"])
def test_a_check_goes_as_far_as_the_sender(office: Office365, flow: str) -> None:
    if flow == "delegated":
        office.sign_in_once()
    said = office.mailer(flow=flow).probe(LAB)
    assert said == f"127.0.0.1:{office.smtp.port} takes mail from {LAB} (starttls, logged in as {LAB})"
    assert office.smtp.messages == []
    office.sign_in.good.clear()
    with pytest.raises(TransportDown, match=r"5\.7\.3"):
        office.mailer(flow=flow).probe(LAB)
