"""What a secret looks like, and where one stands in a text, a file or a ledger.

Decides: shapes (tokens, private keys, passwords in addresses), secrets known by their value, and how deep to look: encoded
bodies of mails, packed workbooks and what the cells of a ledger say. Does not decide where to look. What is found is named,
never shown.
"""

from __future__ import annotations

import base64
import binascii
import io
import quopri
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

#: Files that are meant to hold a secret, as patterns of folder and name, and why.
MEANT_TO_HOLD = {
    "*/secrets.env": "the lab's own file of secrets, refused unless its owner alone can read it",
    "*/*ONBOARD_*_TOKEN": "a credential of a service, in a file of its own as systemd puts it there",
    "*/server.key": "the key of a test's TLS server",
    "*/authority.key": "the key of a test's certificate authority",
    "*/key.pem": "the key of a test's TLS server",
    "*/m365-token.json": "what Microsoft 365 gave, in a file for its owner alone",
    "test_a_secret_in_a_file_is_ref*/settings.toml": "settings that are refused because they hold a secret",
}
_TOKEN = re.compile(rb"[0-9A-F]{32,}")
#: A token, and a super token; a longer row of such characters is a serial number.
_LENGTHS = (32, 64)
#: Every byte a token may hold as one sign, so that a row of them is found by the fastest of searches.
_MASK = bytes(88 if byte in b"0123456789ABCDEF" else 32 for byte in range(256))
_ROW = b"X" * 32
_ADDRESS = re.compile(rb"[a-z]://[^/\s:@\"'<>]{1,60}:[^@\s/\"'<>{*]{6,60}@")
_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_BASE64_PART = re.compile(rb"(?is)content-transfer-encoding: *base64.{0,400}?\r?\n\r?\n([a-z0-9+/=\r\n]+)")
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{76}\r?\n)+[A-Za-z0-9+/]*={0,2}")
_SQLITE = b"SQLite format 3\0"
_ZIP = b"PK\x03\x04"
#: Below this a value is a word, and a word stands everywhere.
_SHORTEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A secret where none belongs. `what` names it without showing it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Secrets:
    """Secrets known by their value: name -> value. Tokens and keys need no value, their shape tells them."""

    def __init__(self, named: Iterable[tuple[str, str]] = ()) -> None:
        self._names: dict[bytes, str] = {}
        self._values: set[str] = set()
        for name, value in named:
            self.add(name, value)

    def __len__(self) -> int:
        return len(self._values)

    def add(self, name: str, value: str) -> None:
        """Remember a value, plain and as base64 at each of the three places it may begin; short ones are words."""
        raw = value.strip().encode()
        if len(raw) < _SHORTEST or _TOKEN.fullmatch(raw):
            return
        self._values.add(value)
        self._names.setdefault(raw, name)
        for shift in range(3):
            # the first and last characters depend on the neighbours and are left out
            inner = base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift] :].rstrip(b"=")[:-1]
            self._names.setdefault(inner, f"{name} as base64")

    def spots(self, data: bytes) -> Iterator[tuple[int, str]]:
        """Offset and name of what stands in these bytes as they are."""
        if _ROW in data.translate(_MASK):
            yield from ((match.start(), "a token") for match in _TOKEN.finditer(data) if _random(match.group()))
        if b"PRIVATE KEY-----" in data:
            yield from ((match.start(), "a private key") for match in _KEY.finditer(data))
        if b"@" in data and b"://" in data:
            yield from ((match.start(), "a password in an address") for match in _ADDRESS.finditer(data))
        for value, name in self._names.items():
            place = data.find(value)
            if place >= 0:
                yield place, f"the value of {name}"


def _random(shape: bytes) -> bool:
    """Thirty-two zeros, or a number, are no token; of a random one nearly every character differs."""
    return len(shape) in _LENGTHS and len(set(shape)) >= 8 and not shape.isdigit()


def leaks_in(where: str, data: bytes, secrets: Secrets) -> Iterator[Leak]:
    """Every secret in a text or a file's bytes, also inside encoded parts of mails and packed workbooks."""
    for layer, inside in _layers(data):
        for place, what in secrets.spots(inside):
            line = inside.count(b"\n", 0, place) + 1
            yield Leak(where=f"{where}, line {line}{layer}", what=what)


def _layers(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", data
    if data.startswith(_ZIP):
        yield from _unpacked(data)
        return
    if b"=\n" in data or b"=\r\n" in data:
        yield " of the decoded text", quopri.decodestring(data)
    if b"base64" not in data:
        return
    for part in [*(match.group(1) for match in _BASE64_PART.finditer(data)), *_BASE64_LINES.findall(data)]:
        decoded = _decoded(part)
        yield " of a decoded part", decoded
        if decoded.startswith(_ZIP):
            yield from _unpacked(decoded)


def _decoded(part: bytes) -> bytes:
    packed = b"".join(part.split())
    try:
        return base64.b64decode(packed[: len(packed) // 4 * 4])
    except binascii.Error:
        # It only looked like base64, and was looked at as it is.
        return b""


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield f" of {name}", archive.read(name)
    except zipfile.BadZipFile:
        # A test's broken workbook: its bytes were looked at as they are.
        return


def is_meant_to_hold(path: Path) -> bool:
    """Whether the file is one of those that hold a secret by design."""
    return any(fnmatch(f"{path.parent.name}/{path.name}", pattern) for pattern in MEANT_TO_HOLD)


def leaks_in_file(path: Path, secrets: Secrets) -> Iterator[Leak]:
    """Every secret in a file; of a ledger also what its cells say, which its pages hold in pieces."""
    data = path.read_bytes()
    yield from leaks_in(str(path), data, secrets)
    if data.startswith(_SQLITE):
        for where, cell in _cells(path):
            yield from leaks_in(f"{path}, {where}", cell, secrets)


def _cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Texts and blobs of a database, by table. One that a test broke is read as far as it goes."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
            tables = [name for (name,) in base.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                rows = base.execute(f'select * from "{table}"')  # the name comes from the file's own list
                cells = {_bytes(cell) for row in rows for cell in row if isinstance(cell, (str, bytes))}
                yield table, b"\n\n".join(sorted(cells))
    except sqlite3.DatabaseError:
        return


def _bytes(cell: str | bytes) -> bytes:
    return cell if isinstance(cell, bytes) else cell.encode("utf-8", "replace")


#: `password = "..."` and the like, as tests write them.
_WRITTEN = re.compile(r"(?i)\b(\w*(?:password|secret)\w*)[\"']?\s*[=:]\s*(?:\([^)]*,\s*)?[\"']([^\"'\n{}]{6,})[\"']")
_NO_WORD = re.compile(r"[\d_-]|[^\x00-\x7f]")
_NO_SECRET = re.compile(r"[ <>\[]|^[A-Z_0-9]+$")  # a sentence, a pattern, the name of a variable
_ENV_LINE = re.compile(r"^\s*(\w+)=[\"']?(.*?)[\"']?\s*$", re.MULTILINE)
_ENV_NAME = re.compile(r"ONBOARD_\w*(?:TOKEN|PASSWORD|SECRET|PING_URL|DATABASE_URL)")


def written_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Passwords that the tests write down: those that cannot be taken for a word."""
    for path in sorted(folder.rglob("*.py")):
        for name, value in _WRITTEN.findall(path.read_text(encoding="utf-8")):
            if len(value) >= _SHORTEST and _NO_WORD.search(value) and not _NO_SECRET.search(value):
                yield f"{name} of {path.name}", value


def kept_in(folder: Path) -> Iterator[tuple[str, str]]:
    """What every secrets.env below a folder holds."""
    for path in folder.rglob("secrets.env"):
        text = path.read_bytes().decode("utf-8", "replace")
        yield from ((name, value) for name, value in _ENV_LINE.findall(text) if _ENV_NAME.fullmatch(name))


def given_by(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Secrets in an environment."""
    return ((name, value) for name, value in environ.items() if _ENV_NAME.fullmatch(name))
