"""Access tokens of Microsoft 365 for mail and mailbox, through msal.

Tokens are kept in a file for its owner only; an error tells the user what to do when Microsoft gives none.

``app``: the registered application signs in without a person, with a secret. ``delegated``: a person signs in once with the
mailbox's account, in a browser anywhere; from then on the token is renewed automatically.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from onboard.errors import ConfigError, TransportDown

_APP_SCOPES = ["https://outlook.office365.com/.default"]
_OWN_SCOPES = ["https://outlook.office.com/SMTP.Send", "https://outlook.office.com/IMAP.AccessAsUser.All"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An application registered in the university's directory."""

    tenant: str
    client_id: str
    flow: Literal["app", "delegated"]
    cache: Path
    user: str = ""  # the mailbox that signed in; blank = the only one in the cache
    secret: str = field(default="", repr=False)


class M365Tokens:
    """Gives a token when asked, from the cache while it lasts. `http_client` takes the place of msal's own, for tests."""

    def __init__(self, registration: Registration, http_client: Any = None) -> None:
        self._registration = registration
        self._msal = _load()
        self._cache = self._msal.SerializableTokenCache()
        if registration.cache.is_file():
            self._cache.deserialize(_owners_own(registration.cache).read_text(encoding="utf-8"))
        self._http_client = http_client
        self._application: Any = None

    def __call__(self) -> str:
        """An access token. Raises TransportDown when Microsoft gives none, and says the next step."""
        app = self._app()
        try:
            if self._registration.flow == "app":
                answer = app.acquire_token_for_client(scopes=_APP_SCOPES)
            else:
                answer = app.acquire_token_silent(_OWN_SCOPES, account=self._account(app))
        except (OSError, ValueError) as error:
            raise _unreachable(error) from None
        self._keep()
        if answer is None:
            raise TransportDown("There is no sign-in for this mailbox, or it is months old: run `onboard mail login`")
        return _token(answer)

    def sign_in(self, tell: Callable[[str], None]) -> None:
        """Have a person sign in once. Waits until it is done.

        `tell` gets the words with the page and the code.
        """
        if self._registration.flow != "delegated":
            raise ConfigError(
                "With flow = 'app' no sign-in is needed. To sign in, write flow = 'delegated' in [m365] of settings.toml."
            )
        app = self._app()
        try:
            asked = app.initiate_device_flow(scopes=_OWN_SCOPES)
            if "message" not in asked:
                raise TransportDown(_refusal(asked))
            tell(str(asked["message"]))
            answer = app.acquire_token_by_device_flow(asked)
        except (OSError, ValueError) as error:
            raise _unreachable(error) from None
        _token(answer)
        self._keep()

    def _app(self) -> Any:
        if self._application is None:
            one = self._registration
            more = {"http_client": self._http_client, "token_cache": self._cache}
            more["authority"] = f"https://login.microsoftonline.com/{one.tenant}"
            try:
                if one.flow == "app":
                    kind, more["client_credential"] = self._msal.ConfidentialClientApplication, one.secret
                else:
                    kind = self._msal.PublicClientApplication
                self._application = kind(one.client_id, **more)
            except (OSError, ValueError) as error:
                raise _unreachable(error) from None
        return self._application

    def _account(self, app: Any) -> Any:
        accounts = app.get_accounts(username=self._registration.user or None)
        return accounts[0] if accounts else None

    def _keep(self) -> None:
        """Write the cache whole or not at all, for its owner's eyes."""
        if not self._cache.has_state_changed:
            return
        file = self._registration.cache
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with 0600
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(self._cache.serialize())
        Path(name).replace(file)
        self._cache.has_state_changed = False


def _load() -> Any:
    try:
        return import_module("msal")
    except ImportError as error:
        raise ConfigError("login = 'xoauth2' needs a package more: python -m pip install 'onboard[m365]'") from error


def _owners_own(file: Path) -> Path:
    if os.name != "nt" and file.stat().st_mode & 0o077:
        raise ConfigError(f"{file} holds tokens and can be read by others. Run: chmod 600 {file}")
    return file


def _token(answer: Mapping[str, Any]) -> str:
    if "access_token" not in answer:
        raise TransportDown(_refusal(answer))
    return str(answer["access_token"])


def _refusal(answer: Mapping[str, Any]) -> str:
    """Microsoft's reason without its identifiers; the first sentence says it."""
    said = str(answer.get("error_description") or answer.get("error") or "no reason given").splitlines()[0][:300]
    return f"Microsoft gave no access token: {said} {_next_step(said)}"


def _next_step(said: str) -> str:
    steps = {
        "AADSTS7000215": "The secret is wrong: put its value, not its id, into ONBOARD_M365_SECRET.",
        "AADSTS7000222": "The secret has ended: make a new one in the registered application.",
        "AADSTS700016": "client_id is not known in this tenant: compare both with the registered application.",
        "AADSTS90002": "tenant is not known: copy it from the registered application.",
        "AADSTS65001": "There is no consent yet: an administrator must grant SMTP.Send and IMAP.AccessAsUser.All.",
        "AADSTS50076": "A second factor is asked for: run `onboard mail login` again.",
        "AADSTS70043": "The sign-in is too old: run `onboard mail login` again.",
        "AADSTS70008": "The sign-in is too old: run `onboard mail login` again.",
    }
    return next((step for code, step in steps.items() if code in said), "Compare [m365] with the registered application.")


def _unreachable(error: Exception) -> TransportDown:
    # Not the original words, and not chained: they may quote the request, and with it the secret.
    return TransportDown(
        f"No access token could be asked for ({type(error).__name__}). Check tenant in [m365], and that this machine "
        "reaches login.microsoftonline.com"
    )
