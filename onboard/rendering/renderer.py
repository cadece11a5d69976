"""Notice to message.

A mail stays below the size mail programs cut at, and a mistake in a template stops one kind only.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError

from onboard.model import Attach, Attachment, Lab, Line, Message, MessageKind, Notice
from onboard.model.phrases import NO_WORDS, say_again
from onboard.rendering.calendar_file import calendar_file
from onboard.rendering.context import Mail, carries_calendar, frame
from onboard.rendering.environment import template_environment
from onboard.rendering.layout import lay_out
from onboard.rendering.mistakes import TemplateMistake
from onboard.rendering.phrases import one_line, shortened
from onboard.rendering.roster_file import roster_file
from onboard.rendering.style_sheet import inlined
from onboard.rendering.truncation import left_out
from onboard.rendering.worklist_file import worklist_file

#: Gmail hides what is beyond about 102 KB of HTML; half-way headers and link rewriting take some of it.
MOST_BYTES = 90_000
_LONGEST_SUBJECT = 75
#: Lists whose left-out lines come in an attached file.
_WITH_LIST = (MessageKind.WORKLIST, MessageKind.DIGEST)


class Renderer:
    """Puts notices of one lab into words. Keeps compiled templates; holds nothing of a notice between two calls."""

    def __init__(self, lab: Lab, overrides: Path | None = None, sentences: Mapping[str, str] = NO_WORDS) -> None:
        """`overrides` is the folder of the lab's own templates, `sentences` its own sentences by name."""
        self._lab = lab
        self._sentences = sentences
        self._plain = template_environment(overrides, escape=False)
        self._escaping = template_environment(overrides, escape=True)

    def render(self, notice: Notice) -> Message:
        """The message of a notice. Raises TemplateMistake when a template of its kind cannot be used."""
        notice = say_again(notice, self._sentences)
        rows = self._lab.cadence.max_rows
        message = self._with_rows(notice, rows)
        while len(message.html.encode()) >= MOST_BYTES and rows > 1:
            rows = max(1, min(rows - 1, rows * 9 // 10))
            message = self._with_rows(notice, rows)
        return message

    def _with_rows(self, notice: Notice, rows: int) -> Message:
        kind = notice.kind
        bare = frame(notice, self._lab, rows)
        subject = shortened(one_line(self._part(kind, "subject.txt", bare)), _LONGEST_SUBJECT) or one_line(self._lab.name)
        mail = replace(bare, subject=subject)
        cut = left_out(notice, rows)
        return Message(
            notice=notice,
            subject=subject,
            text=lay_out(self._part(kind, "body.txt", mail)),
            html=inlined(self._part(kind, "body.html", mail)),
            attachments=tuple(self._attachments(notice, cut)),
            left_out=() if kind in _WITH_LIST else cut,
        )

    def _attachments(self, notice: Notice, cut: tuple[Line, ...]) -> Iterator[Attachment]:
        if carries_calendar(notice):
            yield calendar_file(notice, calendar_sequence(notice), self._lab)
        if notice.roster and self._lab.attach is not Attach.NONE:
            yield roster_file(notice, self._lab.attach)
        if cut and notice.kind in _WITH_LIST:
            yield worklist_file(notice)

    def _part(self, kind: MessageKind, part: str, mail: Mail) -> str:
        name = f"{kind.value}.{part}"
        environment = self._escaping if part.endswith(".html") else self._plain
        try:
            return environment.get_template(name).render(mail=mail)
        except TemplateSyntaxError as error:
            raise TemplateMistake(kind, error.filename or error.name or name, error.lineno, error.message or "syntax") from error
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            file, line = _place(error, name)
            raise TemplateMistake(kind, file, line, one_line(str(error)) or type(error).__name__) from error


def calendar_sequence(notice: Notice) -> int:
    """The SEQUENCE of a mailed event: grows by one a day, so a later mail always replaces an earlier one (RFC 5545 3.8.7.4)."""
    return max(notice.slot.toordinal() - _SEQUENCE_START, 0)


#: 1 Jan 2020 as an ordinal.
_SEQUENCE_START = 737425


def _place(error: BaseException, name: str) -> tuple[str, int]:
    """The innermost template line of a traceback: jinja rewrites tracebacks to name the template's file and line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith((".txt", ".html"))]
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else (name, 0)
