"""Access tokens of Microsoft 365: real msal, with a hand-written stand-in for Microsoft's sign-in server."""

from __future__ import annotations

import base64
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from onboard.adapters.mail.m365_token import M365Tokens, Registration
from onboard.adapters.mail.smtp_answers import Step, refusal
from onboard.adapters.mail.yagmail_mailer import Smtp, Tls, YagmailMailer
from onboard.errors import ConfigError, TransportDown
from onboard.model import MessageKind
from onboard.ports import Posted
from onboard.sandbox.mail.catcher import MailCatcher

TENANT, CLIENT, SECRET = "1f0e6c1a-0000-4000-8000-00000000000a", "client-1", "a-very-secret-value"
LAB = "rivera-lab@northlake.example"
_HOST = f"https://login.microsoftonline.com/{TENANT}"


@dataclass
class Answer:
    """What msal wants of an HTTP answer."""

    text: str
    status_code: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """As requests does."""
        if self.status_code >= 400:
            raise OSError(f"status {self.status_code}")


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


_CLAIMS = {"aud": CLIENT, "iss": _HOST, "exp": 4102444800, "iat": 1, "preferred_username": LAB, "tid": TENANT, "oid": "o1"}
_ID_TOKEN = f"{_part({'alg': 'none'})}.{_part(_CLAIMS)}."
_CLIENT_INFO = _part({"uid": "o1", "utid": TENANT})


@dataclass
class SignInServer:
    """Answers as login.microsoftonline.com does; `refusal` instead of a token; keeps what it was asked."""

    refusal: str = ""
    down: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    given: int = 0

    def get(self, url: str, **_: Any) -> Answer:
        """Where everything is."""
        if self.down:
            raise ConnectionError(f"cannot reach {url}?secret={SECRET}")
        places = {"authorization": "authorize", "token": "token", "device_authorization": "devicecode"}
        found = {f"{name}_endpoint": f"{_HOST}/oauth2/v2.0/{place}" for name, place in places.items()}
        more = {"issuer": f"{_HOST}/v2.0", "tenant_discovery_endpoint": f"{_HOST}/x", "metadata": []}
        return Answer(json.dumps(found | more))

    def post(self, url: str, data: dict[str, str] | None = None, **_: Any) -> Answer:
        """A code to type in, or a token."""
        self.asked.append(dict(data or {}))
        if url.endswith("devicecode"):
            page = {"device_code": "d", "user_code": "AB12", "verification_uri": "https://microsoft.com/devicelogin"}
            words = {"message": "Open https://microsoft.com/devicelogin and type AB12", "expires_in": 900, "interval": 1}
            return Answer(json.dumps(page | words))
        if self.refusal:
            return Answer(json.dumps({"error": "invalid_client", "error_description": self.refusal}), 401)
        self.given += 1
        token = {"access_token": f"token-{self.given}", "token_type": "Bearer", "expires_in": 3600}
        token["scope"] = data.get("scope", "")
        if data.get("grant_type") != "client_credentials":
            token |= {"refresh_token": "r", "id_token": _ID_TOKEN, "client_info": _CLIENT_INFO}
        return Answer(json.dumps(token))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def server() -> SignInServer:
    return SignInServer()


def registration(tmp_path: Path, **more: Any) -> Registration:
    given = {"tenant": TENANT, "client_id": CLIENT, "flow": "app", "secret": SECRET, "cache": tmp_path / "m365-token.json"}
    return Registration(**{**given, **more})


def test_the_application_asks_by_itself_and_once_an_hour(tmp_path: Path, server: SignInServer) -> None:
    tokens = M365Tokens(registration(tmp_path), server)
    assert tokens() == tokens() == "token-1" and len(server.asked) == 1
    assert server.asked[0]["grant_type"] == "client_credentials"
    assert server.asked[0]["scope"] == "https://outlook.office365.com/.default"
    assert M365Tokens(registration(tmp_path), server)() == "token-1", "the next run takes it from the file"


def test_the_file_is_for_its_owner_alone(tmp_path: Path, server: SignInServer) -> None:
    M365Tokens(registration(tmp_path), server)()
    file = tmp_path / "m365-token.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and SECRET not in file.read_text()
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        M365Tokens(registration(tmp_path), server)


def test_somebody_signs_in_once_and_the_token_renews_itself(tmp_path: Path, server: SignInServer) -> None:
    said: list[str] = []
    own = registration(tmp_path, flow="delegated", secret="", user=LAB)
    with pytest.raises(TransportDown, match="onboard mail login"):
        M365Tokens(own, server)()
    M365Tokens(own, server).sign_in(said.append)
    assert said == ["Open https://microsoft.com/devicelogin and type AB12"]
    assert M365Tokens(own, server)().startswith("token-")
    assert {one["grant_type"] for one in server.asked if "grant_type" in one} <= {
        "urn:ietf:params:oauth:grant-type:device_code", "refresh_token",
    }, "no second sign-in"  # fmt: skip
    with pytest.raises(TransportDown, match="onboard mail login"):
        M365Tokens(registration(tmp_path, flow="delegated", user="other@northlake.example"), server)()


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1234", "its value, not its id"),
        ("AADSTS7000222: The provided client secret keys are expired.", "make a new one"),
        ("AADSTS700016: Application was not found in the directory.", "client_id is not known"),
        ("AADSTS99: Something new.", "Compare [m365]"),
    ],
)
def test_a_refusal_says_the_next_step(tmp_path: Path, server: SignInServer, said: str, step: str) -> None:
    server.refusal = said
    with pytest.raises(TransportDown) as caught:
        M365Tokens(registration(tmp_path), server)()
    assert step in str(caught.value) and "Trace" not in str(caught.value)


def test_no_secret_is_ever_quoted(tmp_path: Path, server: SignInServer) -> None:
    server.down = True
    with pytest.raises(TransportDown, match=r"login\.microsoftonline\.com") as caught:
        M365Tokens(registration(tmp_path), server)()
    assert SECRET not in str(caught.value) and SECRET not in repr(registration(tmp_path))


def test_signing_in_is_for_the_delegated_flow(tmp_path: Path, server: SignInServer) -> None:
    with pytest.raises(ConfigError, match="delegated"):
        M365Tokens(registration(tmp_path), server).sign_in(print)


@pytest.mark.parametrize(
    ("code", "said", "step"),
    [
        (550, "5.7.30 Basic authentication is not supported for Client Submission.", "onboard[m365]"),
        (535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", "SMTP AUTH"),
        (535, "5.7.3 Authentication unsuccessful", "SMTP.SendAsApp"),
        (535, "5.7.8 Username and Password not accepted.", "app password"),
        (454, "4.7.0 Too many login attempts, please try again later.", "wait an hour"),
        (432, "4.3.2 Concurrent connections limit exceeded.", "close other programs"),
    ],
)
def test_what_the_providers_say_at_login_is_put_into_words(code: int, said: str, step: str) -> None:
    error = refusal(Step.LOGIN, code, said, "smtp.office365.com:587")
    assert isinstance(error, TransportDown) and step in str(error) and said.split()[0] in str(error)


def test_a_token_that_is_refused_leaves_no_half_open_link(tmp_path: Path) -> None:
    """No token: nobody is logged in, so the link must not be used for the next mail."""

    def none() -> str:
        raise TransportDown("Nobody has signed in for this mailbox: run `onboard mail login`")

    with MailCatcher() as catcher:
        mailer = YagmailMailer(
            Smtp(host="127.0.0.1", port=catcher.port, sender=LAB, tls=Tls.NONE, user=LAB, token=none, timeout=5)
        )
        for _ in range(2):
            with pytest.raises(TransportDown, match="mail login"):
                mailer.deliver(_post(), lambda: None)
        assert catcher.messages == [] and mailer.will_wait()


def _post() -> Posted:
    return Posted(
        id="<1@northlake.example>", kind=MessageKind.REMINDER, reader=LAB, envelope_from=LAB, to_addr=LAB,
        mime=b"Subject: x\r\n\r\nx\r\n", token="", attempts=0, hard=False,
    )  # fmt: skip
