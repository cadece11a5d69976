"""Tokens and passwords: where they may come from, and in which order.

None is kept, shown or written here.

First the environment, then systemd's credential directory (what is kept there for this lab alone before what is not), then
secrets.env in the home if its owner alone can read it, then the system's keyring where the package is installed. A lab that is
one of many looks only where no other lab does: into its own part of the credential directory and its own secrets.env.
"""

from __future__ import annotations

import importlib
import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic import SecretStr

from onboard.errors import ConfigError

FILE = "secrets.env"
MAIL_PASSWORD = "ONBOARD_MAIL_PASSWORD"
BOUNCES_PASSWORD = "ONBOARD_BOUNCES_PASSWORD"
M365_SECRET = "ONBOARD_M365_SECRET"
PING_URL = "ONBOARD_PING_URL"
#: What systemd calls the directory of a service's credentials.
CREDENTIALS = "CREDENTIALS_DIRECTORY"
_KEYRING_SERVICE = "onboard"


def token_name(project: str) -> str:
    """The name under which a project's token is kept, for example ``ONBOARD_PEOPLE_TOKEN``."""
    return f"ONBOARD_{project.upper()}_TOKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The places of one lab's secrets; none of them is kept here. `lab` is the lab's id; `alone` is False for one of many labs
    that are served together."""

    home: Path
    lab: str
    alone: bool = True
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def get(self, name: str) -> SecretStr:
        """The secret of that name. Raises ConfigError that says how to give it, and when secrets.env is open to others."""
        found = self._found(name)[0].strip()
        if not found:
            raise ConfigError(f"{name} is not set.{_no_home(self.home)} {self._ways(name)}")
        return SecretStr(found)

    def how(self, name: str) -> str:
        """How a secret is given, as the end of a sentence."""
        return f"{_no_home(self.home)} {self._ways(name)}"

    def has(self, name: str) -> bool:
        """Whether the secret is given anywhere. Raises ConfigError when secrets.env is open to others."""
        return bool(self._found(name)[0])

    def place_of(self, name: str) -> str:
        """Where the secret comes from, in words without its value; "" when it is given nowhere. Raises as `get` does."""
        return self._found(name)[1]

    def _found(self, name: str) -> tuple[str, str]:
        """The first value there is and its place."""
        credentials = self.environ.get(CREDENTIALS, "")
        if self.alone and self.environ.get(name):
            return self.environ[name], "the environment"
        if credentials and (value := self._credential(name, Path(credentials))):
            return value, f"the service's credentials ({credentials})"
        if value := _from_file(name, self.home / FILE):
            return value, str((self.home / FILE).absolute())
        value = _from_keyring(name) if self.alone else ""
        return value, "the system's keyring" if value else ""

    def _credential(self, name: str, folder: Path) -> str:
        """systemd makes LAB-ID_NAME of a folder named LAB-ID; a folder that is mounted keeps LAB-ID/NAME."""
        own = (folder / self.lab / name, folder / f"{self.lab}_{name}")
        return next(filter(None, map(_credential, (*own, folder / name) if self.alone else own)), "")

    def _ways(self, name: str) -> str:
        line = f"Put the line {name}=... into {self.home / FILE} (then: chmod 600 {self.home / FILE}), or "
        if self.alone:
            return line + "set it in the environment, or give it to the service with LoadCredential."
        folder = f"/etc/onboard/{self.lab}"
        return line + f"into the file {folder}/{name}, and give the service LoadCredential={self.lab}:{folder}."


def shared_credentials(environ: Mapping[str, str]) -> list[str]:
    """The names in the credential directory, sorted; what is kept for one lab alone begins with that lab's id.

    Raises ConfigError when the directory cannot be read.
    """
    folder = Path(environ.get(CREDENTIALS, ""))
    if not environ.get(CREDENTIALS):
        return []
    try:
        return sorted(one.name for one in folder.iterdir())
    except OSError:
        raise _unreadable(folder) from None


def _no_home(home: Path) -> str:
    """Return a hint for a user in another folder than the lab's."""
    if (home / "settings.toml").exists():
        return ""
    return f" {home.absolute()} holds no settings.toml: if the lab's home is another folder, name it with --home."


def _credential(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        raise _unreadable(path) from None


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(f"{path} cannot be read. Check LoadCredential of the service.")


def _from_file(name: str, path: Path) -> str:
    if not path.exists():
        return ""
    _owner_only(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path} cannot be read. Save it as UTF-8 text, owned by the account that runs onboard.") from None
    return _lines(text, path).get(name, "")


def _owner_only(path: Path) -> None:
    # Windows has no such bits; its file permissions come from the folder.
    if os.name == "nt":
        return
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"{path} can be read by others, so nothing in it is used. Run: chmod 600 {path}")


def _lines(text: str, path: Path) -> dict[str, str]:
    """``NAME=value`` lines as every .env file has them; nothing in a value is expanded."""
    found: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            number = binding.original.line
            raise ConfigError(f"{path}, line {number}: is not NAME=value. Write for example ONBOARD_MAIL_PASSWORD=...")
        if binding.key is not None:
            found[binding.key] = binding.value or ""
    return found


def _from_keyring(name: str) -> str:
    if find_spec("keyring") is None:
        return ""
    keyring = importlib.import_module("keyring")
    errors = importlib.import_module("keyring.errors")
    try:
        return str(keyring.get_password(_KEYRING_SERVICE, name) or "")
    except errors.KeyringError:
        # A machine without a keyring service keeps its secrets elsewhere.
        return ""
