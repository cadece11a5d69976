"""Which file is read, the home's or the shipped one; secrets are refused.

A file in the lab's home takes the place of the shipped file of that name as a whole; keys are never merged.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from onboard.shipped import shipped

#: A REDCap token is 32 hexadecimal characters, a super token 64.
_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{32})(?![0-9A-Za-z])")
_SECRET_KEY = re.compile(r"(?:^|_)(?:token|password|passwd|secret|api_?key|passphrase)s?$", re.IGNORECASE)
_USER_AND_PASSWORD = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@:]*:[^/@]+@", re.IGNORECASE)
#: An address that carries its key, for example CITI's automated download.
_KEY_IN_ADDRESS = re.compile(r"[?&;](?:[a-z_]*token|[a-z_]*key|password|secret|sig)=[^&\s]{8,}", re.IGNORECASE)
#: Quotes that a word processor puts in the place of straight ones.
_CURLY = frozenset("\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb")
_DECIMAL_COMMA = re.compile(r"=\s*(-?\d+,\d+)\s*(?:#.*)?$")


def config_file(name: str, home: Path) -> Path:
    """The file `name` of the home, else the shipped one."""
    own = home / name
    return own if own.exists() else shipped("config") / name


def read_toml(path: Path, mistakes: list[str]) -> Mapping[str, object] | None:
    """The document in `path` without what looks like a secret; None, with the reason in `mistakes`, when it cannot be read."""
    try:
        document: dict[str, object] = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"{path.name}{_not_toml(str(error), path.read_bytes().decode('utf-8-sig'))}")
        return None
    except UnicodeDecodeError:
        mistakes.append(f"{path.name}: is not UTF-8 text. Save it again as UTF-8.")
        return None
    except FileNotFoundError:
        mistakes.append(f"{path.name}: there is no such file. Look whether it is there, and how its name is spelt.")
        return None
    except OSError as error:
        mistakes.append(f"{path.name}: cannot be read ({error.strerror}). Make {path} readable for this account.")
        return None
    return _without_secrets(document, path.name, "", mistakes)


def _not_toml(said: str, text: str) -> str:
    """Why a text is not TOML, in plain words where the line shows what a word processor or a habit of the hand does."""
    found = re.search(r"at line (\d+)", said)
    line = text.splitlines()[int(found[1]) - 1] if found and int(found[1]) <= len(text.splitlines()) else ""
    if set(line.partition("#")[0]) & _CURLY:
        step = 'Type straight ones ("), in a plain text editor'
        return f", line {found[1] if found else '?'}: has curly quotes, as a word processor writes them. {step}."
    comma = _DECIMAL_COMMA.search(line)
    if comma:
        written = f"Write {comma[1].replace(',', '.')} with a point, without quotes"
        return f", line {found[1] if found else '?'}: {comma[1]} has a decimal comma. {written}."
    return f": is not TOML: {_TOKEN.sub('(not shown)', said)}. Look at that line: often a quote or a bracket is missing."


def looks_secret(key: str, value: object) -> bool:
    """Whether a value may be a token or password: by its shape, by a password in its address, or by the name of its key."""
    if not isinstance(value, str) or not value:
        return False
    if _TOKEN.fullmatch(value.strip()) or _SECRET_KEY.search(key):
        return True
    return bool(_USER_AND_PASSWORD.search(value) or _KEY_IN_ADDRESS.search(value))


def _without_secrets(table: Mapping[str, object], file: str, path: str, mistakes: list[str]) -> dict[str, object]:
    """A copy of `table` in which every secret is left out and said, so that no later message can repeat it."""
    clean: dict[str, object] = {}
    for key, value in table.items():
        where = f"{path} {key}".strip()
        if isinstance(value, Mapping):
            clean[key] = _without_secrets(value, file, where, mistakes)
        elif isinstance(value, list):
            clean[key] = _clean_list(key, value, file, where, mistakes)
        elif looks_secret(key, value):
            mistakes.append(_refused(file, where))
        else:
            clean[key] = value
    return clean


def _clean_list(key: str, values: list[object], file: str, where: str, mistakes: list[str]) -> list[object]:
    clean: list[object] = []
    for n, value in enumerate(values, start=1):
        if isinstance(value, Mapping):
            clean.append(_without_secrets(value, file, f"{where} {n}", mistakes))
        elif looks_secret(key, value):
            mistakes.append(_refused(file, where))
        else:
            clean.append(value)
    return clean


def _refused(file: str, where: str) -> str:
    return (
        f"{file}, {where}: looks like a token or password, which must not be in this file. Take it out, put it into "
        "secrets.env in the home (readable for you alone) or into the environment, and have it renewed if others saw it."
    )


def placeholders(home: Path) -> list[str]:
    """The keys of the home's settings.toml that still hold what was shipped to be changed, as ``[lab] sender``."""
    try:
        document = tomllib.loads((home / "settings.toml").read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):  # told where the settings are read
        return []
    return list(_unchanged(document, ""))


def _unchanged(value: object, place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _unchanged(one, f"{place} {key}" if place else f"[{key}]")
    elif isinstance(value, list):
        for one in value:
            yield from _unchanged(one, place)
    elif isinstance(value, str) and "change-me" in value:
        yield place
