"""Standard output and error: closed, full, or with few characters.

Work never stops for want of a reader; what was not shown is reported once; a character the terminal does not know is shown by its
number.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_UNKNOWN = "onboard-unknown"
#: Replacements of our own punctuation where a terminal does not know it.
_PLAIN = str.maketrans({
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "→": "->", "≤": "<=", "≥": ">=",
    "×": "x", "·": "-", "•": "*", "\N{NO-BREAK SPACE}": " ",
})  # fmt: skip


class Stream(io.TextIOWrapper):
    """A standard stream that goes on when it cannot be read.

    `lost` says why, "" while all is well; `unknown` whether a character was shown by its number.
    """

    lost = ""
    unknown = False

    def write(self, text: str) -> int:
        """Write, or note that it cannot be read by anybody."""
        self.unknown = self.unknown or _unknown(text, self.encoding)
        if not self.lost:
            try:
                super().write(text)
            except OSError as error:
                self.lose(error.strerror or type(error).__name__)
        return len(text)

    def flush(self) -> None:
        """Send what waits, or note that it cannot be read by anybody."""
        try:
            super().flush()
        except OSError as error:
            self.lose(error.strerror or type(error).__name__)

    def lose(self, why: str) -> None:
        """Drop what still waits: the stream has no reader, also when the process ends."""
        self.lost = why
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def _unknown(text: str, encoding: str) -> bool:
    if text.isascii():
        return False
    try:
        text.translate(_PLAIN).encode(encoding)
    except UnicodeEncodeError:
        return True
    return False


def _instead(error: UnicodeError) -> tuple[str, int]:
    """Our punctuation by what looks like it, everything else by its number, so that nothing is lost."""
    assert isinstance(error, UnicodeEncodeError)
    found = error.object[error.start : error.end]
    plain = "".join(part.encode(error.encoding, "backslashreplace").decode(error.encoding) for part in found.translate(_PLAIN))
    return plain, error.end


@contextmanager
def standard_streams() -> Iterator[None]:
    """While the block runs, standard output and error can be written to whatever they are. At its end what was not shown is said
    on standard error, with exit code 1 where there would be 0."""
    codecs.register_error(_UNKNOWN, _instead)
    closed = _hold_numbers()
    sys.stdout, sys.stderr = _stream(sys.stdout, sys.__stdout__, 1), _stream(sys.stderr, sys.__stderr__, 2)
    if 1 in closed and isinstance(sys.stdout, Stream):
        sys.stdout.lose("closed")
    code: object = 0
    try:
        yield
    except SystemExit as end:
        code = end.code or 0
    raise SystemExit(_told(code))


def _hold_numbers() -> set[int]:
    """A file opened later may not take the number of a closed stream: what is printed would be written into it."""
    closed = set()
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    return closed


def _stream(stream: TextIO | None, first: TextIO | None, number: int) -> TextIO:
    """Return the standard stream with these rules; a replaced one is left alone."""
    if stream is None:
        return Stream(open(number, "wb", closefd=False), encoding="utf-8", errors=_UNKNOWN)
    if stream is not first or not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.flush()
    encoding, lines = stream.encoding, number == 2 or stream.isatty()
    return Stream(stream.detach(), encoding=encoding, errors=_UNKNOWN, line_buffering=lines)


def _told(code: object) -> object:
    """What was not shown, in words; the exit code."""
    out = sys.stdout
    out.flush()
    if not isinstance(out, Stream):
        return code
    if out.unknown:
        sys.stderr.write(f"onboard: {out.encoding} has no sign for some characters; set PYTHONIOENCODING=utf-8 to see them.\n")
    if out.lost:
        sys.stderr.write(f"onboard: not all of it could be shown ({out.lost}). The command went on to its end.\n")
    return code or int(bool(out.lost))
