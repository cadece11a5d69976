"""Tokens and passwords: where they may come from. Decides the order of places; never keeps, shows or writes one.

First the environment, then systemd's credential directory, then secrets.env in the home if its owner alone can read it,
then the system's keyring where the package is installed.
"""

from __future__ import annotations

import importlib
import io
import os
import stat
from collections.abc import Mapping
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
_KEYRING_SERVICE = "onboard"


def token_name(project: str) -> str:
    """The name under which a project's token is kept, for example ``ONBOARD_PEOPLE_TOKEN``."""
    return f"ONBOARD_{project.upper()}_TOKEN"


def secret(name: str, home: Path, environ: Mapping[str, str] = os.environ) -> SecretStr:
    """The secret of that name. Raises ConfigError that says how to give it, and when secrets.env is open to others."""
    found = environ.get(name) or _credential(name, environ) or _from_file(name, home / FILE) or _from_keyring(name)
    if not found or not found.strip():
        raise ConfigError(
            f"{name} is not set.{_no_home(home)} Put the line {name}=... into {home / FILE} (then: chmod 600 {home / FILE}), "
            "or set it in the environment, or give it to the service with LoadCredential."
        )
    return SecretStr(found.strip())


def _no_home(home: Path) -> str:
    """A hint for somebody who stands in another folder than the lab's."""
    if (home / "settings.toml").exists():
        return ""
    return f" {home.absolute()} holds no settings.toml: if the lab's home is another folder, name it with --home."


def has_secret(name: str, home: Path, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the secret is given anywhere. Raises ConfigError when secrets.env is open to others."""
    return bool(environ.get(name) or _credential(name, environ) or _from_file(name, home / FILE) or _from_keyring(name))


def place_of(name: str, home: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Where the secret comes from, in words without its value; "" when it is given nowhere. Raises as `secret` does."""
    if environ.get(name):
        return "the environment"
    if _credential(name, environ):
        return f"the service's credentials ({environ['CREDENTIALS_DIRECTORY']})"
    if _from_file(name, home / FILE):
        return str((home / FILE).absolute())
    return "the system's keyring" if _from_keyring(name) else ""


def _credential(name: str, environ: Mapping[str, str]) -> str:
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    path = Path(folder) / name
    try:
        return path.read_text(encoding="utf-8").strip() if folder and path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path} cannot be read. Check LoadCredential of the service.") from None


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
