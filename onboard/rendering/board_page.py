"""The board: one page for a shared drive.

Status table, worklist and the timeline of each person, in order; each part is worked out elsewhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from onboard.model import Assessment, History, Lab, Line
from onboard.model.phrases import NO_WORDS, say_again
from onboard.planning.lab_day import desk_of
from onboard.planning.worklist import worklist_lines
from onboard.questions.history import Timelines, history
from onboard.questions.history_picture import as_svg, track_words
from onboard.rendering.pages import render_page
from onboard.rendering.phrases import one_line
from onboard.rendering.status_page import status_values

#: The pictures begin so many days before the read; they end half a year after it.
_DAYS_BACK = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One line of the worklist."""

    title: str
    about: str  # who, and on which protocol, unless the title says it
    why: str
    do: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One person's timeline: an image in the page, and its words."""

    name: str
    image: str
    words: tuple[str, ...]  # a sentence for each track


def board_page(
    assessment: Assessment, said: History, today: date, lab: Lab, mail: str = "", own: Mapping[str, str] = NO_WORDS
) -> str:
    """Return the page for `today`.

    The list is what is open, mailed already or not; `said` is what the ledger remembers; `mail` is a sentence for the top while
    mail cannot be sent, "" otherwise; `own` are the lab's own sentences by name.
    """
    lines = say_again(worklist_lines(desk_of(assessment, said, lab, today)), own)
    return render_page(
        "board.html",
        mail=mail,
        **say_again(status_values(assessment, today, lab), own),
        worklist=_by_section(assessment, lines),
        pictures=[_picture(timelines, own) for timelines in _timelines(assessment)],
    )


def _by_section(assessment: Assessment, lines: Iterable[Line]) -> dict[str, list[WorkLine]]:
    found: dict[str, list[WorkLine]] = {}
    for line in lines:
        found.setdefault(line.section.value, []).append(_line(assessment, line))
    return found


def _line(assessment: Assessment, line: Line) -> WorkLine:
    person = assessment.people.get(line.person)
    about = (person.label if person else line.name, line.protocol if line.protocol not in line.title else "")
    return WorkLine(
        title=one_line(line.title),
        about=one_line(", ".join(part for part in about if part)),
        why=one_line(" ".join(part for part in (line.why, line.knows) if part)),
        do=one_line(line.act),
        owner=one_line(line.owner),
    )


def _timelines(assessment: Assessment) -> list[Timelines]:
    """One picture a person who has a row, by name."""
    with_rows = dict.fromkeys(row.person for row in assessment.readiness if row.person in assessment.people)
    first = date.fromordinal(max(assessment.read_on.toordinal() - _DAYS_BACK, 1))
    found = [history(assessment, person, first=first) for person in with_rows]
    return sorted((one for one in found if one.tracks), key=lambda one: one.name.casefold())


def _picture(timelines: Timelines, own: Mapping[str, str]) -> Picture:
    words = tuple(one_line(say_again(track_words(track), own)) for track in timelines.tracks)
    image = "data:image/svg+xml;base64," + b64encode(say_again(as_svg(timelines), own).encode()).decode()
    return Picture(name=one_line(timelines.name), image=image, words=words)
