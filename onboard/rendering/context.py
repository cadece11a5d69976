"""A notice as templates see it: every value a word or a safe line.

It decides words for values; templates/ has the sentences.

Templates get one value, `mail`. Everything from records passed `one_line` on the way, so that no name can add a header, a
line or a direction of text. Facts and numbers have fixed names here: a template that misspells one fails loudly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from onboard.dates import show_near, show_to_act
from onboard.model import Coordinator, Lab, Line, MessageKind, Notice, Section
from onboard.rendering.phrases import day_name, distance, fact_words, host, length, listed, one_line, safe_url
from onboard.rendering.picture import Picture, picture
from onboard.rendering.tone import tone
from onboard.rendering.truncation import by_section, shown_counts

#: Beyond so many days a distance says less than its date.
_FAR = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One of the people of a line, with the form of theirs to open, "" for none."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line in words; "" where nothing applies.

    `about` is ``Haddad, STEP-HF``, `place` the same without the person; both leave out what the title names itself.
    """

    number: int
    title: str
    headline: str  # the news in one line; the title where the planner gives none
    about: str
    place: str
    name: str
    protocol: str
    task: str
    why: str
    act: str
    when: str
    tone: str
    due: str
    ends: str
    over: bool
    since: str
    date: str
    minutes: str
    url: str
    host: str
    does_not_count: str
    owner: str
    knows: str
    report: bool  # the reader hands in a completion report for it
    hand_in: str  # on this page of their own; "" = by replying
    hand_in_host: str
    people: tuple[Named, ...]  # everyone a line about one cause is about
    paste: tuple[str, ...]  # lines to paste into a file of the lab's home


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """The one button of a mail: the number of its row and where it leads; "" for a mail without one."""

    number: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one section that are shown, and how many more there are."""

    rows: tuple[Row, ...]
    more: int

    @property
    def count(self) -> int:
        return len(self.rows) + self.more

    @property
    def owned(self) -> bool:
        """Whether the next step of every row is another actor's."""
        return all(row.owner for row in self.rows)

    @property
    def over(self) -> bool:
        """Whether a row is past its date."""
        return any(row.over for row in self.rows)


#: Templates may look into any section.
_NO_GROUPS = {section.value: Group(rows=(), more=0) for section in Section}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Counts the planner gives; 0 when it gives none."""

    people: int = 0
    cleared: int = 0
    blocked: int = 0
    unknown: int = 0
    unreadable: int = 0
    protocols: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Words the planner gives for the frame; "" when it gives none. Dates are words already."""

    start: str = ""  # a first day still to come
    left: str = ""  # the last day of an earlier stay
    began: str = ""  # a first day that has come
    work: str = ""  # the protocols a new hire is or will be on
    paused: str = ""  # those on which they may not work yet for want of a course of theirs
    leads: str = ""  # the protocols a person is PI of
    cleared: str = ""  # the protocols a person is cleared for
    cleared_until: str = ""  # the first day one of these ends
    ready_about: str = ""
    ready_for: str = ""
    bottleneck: str = ""
    pi: str = ""
    protocols: str = ""
    because: str = ""
    since: str = ""
    new: str = ""
    gone: str = ""
    sent: str = ""
    cover: str = ""
    perhaps_known: str = ""  # said before in a mail that may not have arrived
    trial_for: str = ""  # the real reader, when a trial sends everything to one address
    test: str = ""  # what a test mail is, in place of the opening


_NUMBERS = frozenset(field.name for field in fields(Numbers))
_FACTS = frozenset(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask."""

    name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The whole notice in words."""

    kind: str
    subject: str
    lab: str
    institution: str
    verify: str
    name: str
    greet: str
    address: str
    role: str
    coordinator: Contact
    coordinators: str
    day: str
    read: str
    sections: Mapping[str, Group]
    total: int
    numbers: Numbers
    facts: Facts
    not_tracked: str
    rules_version: str
    picture: Picture
    button: Button
    calendar: bool  # a calendar file comes with it


def frame(notice: Notice, lab: Lab, most_rows: int, subject: str = "") -> Mail:
    """The mail of a notice. `most_rows` is shared out over its sections, small ones whole."""
    today = _today(notice, lab)
    coordinators = lab.on_duty(today)
    sections = _groups(notice, most_rows, today)
    contact = _contact(coordinators[0]) if coordinators else Contact(name=one_line(lab.name), address=lab.sender, phone="")
    return Mail(
        kind=notice.kind.value,
        subject=subject,
        lab=one_line(lab.name),
        institution=one_line(lab.institution),
        verify=one_line(lab.verify),
        name=one_line(notice.reader.name),
        greet=one_line(notice.reader.greet) or one_line(notice.reader.name),
        address=one_line(notice.reader.address),
        role=notice.reader.role.value,
        coordinator=contact,
        coordinators=listed([one_line(c.name) for c in coordinators]),
        day=day_name(notice.slot),
        read=_read_words(notice.read_at, notice.slot, lab),
        sections=sections,
        total=len(notice.lines),
        numbers=Numbers(**{name: number for name, number in notice.numbers.items() if name in _NUMBERS}),
        facts=Facts(**{name: fact_words(text) for name, text in notice.facts.items() if name in _FACTS}),
        not_tracked=", ".join(one_line(title) for title in notice.not_tracked),
        rules_version=one_line(notice.rules_version),
        picture=picture(notice.bars[:most_rows], today),
        button=_button(sections),
        calendar=carries_calendar(notice),
    )


#: The first mail to a person has no file, which would look like phishing.
_FIRST_MAILS = (MessageKind.WELCOME, MessageKind.INTRODUCTION)


def carries_calendar(notice: Notice) -> bool:
    """Whether a calendar file comes with the mail."""
    return notice.calendar and notice.kind not in _FIRST_MAILS


#: Sections that ask something of the reader, the most urgent first.
_ASKING = (Section.BLOCKED, Section.DUE, Section.STEPS)


def _button(sections: Mapping[str, Group]) -> Button:
    """The most urgent act: the reader's own page of the first row that has one, else the first link."""
    rows = [row for section in _ASKING for row in sections[section.value].rows]
    found = next((row for row in rows if row.hand_in), None) or next((row for row in rows if row.url), None)
    return Button(number=found.number, url=found.hand_in or found.url) if found else Button()


def _contact(coordinator: Coordinator) -> Contact:
    return Contact(name=one_line(coordinator.name), address=one_line(coordinator.address), phone=one_line(coordinator.phone))


def _read_words(read_at: datetime | None, slot: date, lab: Lab) -> str:
    """``today 06:02`` in the lab's zone, ``Fri 20 Nov 2026 06:02`` for another day, "" when there was no read."""
    if read_at is None:
        return ""
    local = read_at.astimezone(lab.zone)
    day = "today" if local.date() == slot else day_name(local.date())
    return f"{day} {local.time().isoformat('minutes')}"


def _today(notice: Notice, lab: Lab) -> date:
    """The day it is written on: a digest of Monday may wait for a good read until Tuesday."""
    return max(notice.slot, notice.read_at.astimezone(lab.zone).date()) if notice.read_at else notice.slot


def _groups(notice: Notice, most_rows: int, today: date) -> Mapping[str, Group]:
    lines = by_section(notice)
    shown = shown_counts(notice.kind, lines, most_rows)
    groups, number = dict(_NO_GROUPS), 0
    for (section, found), count in zip(lines.items(), shown, strict=True):
        rows = tuple(_row(line, number + n, today) for n, line in enumerate(found[:count], start=1))
        groups[section.value] = Group(rows=rows, more=len(found) - count)
        number += len(found)
    return groups


def _row(line: Line, number: int, today: date) -> Row:
    title, name, protocol = one_line(line.title), one_line(line.name), one_line(line.protocol)
    task = one_line(line.task)
    marked = line.due or line.ends
    return Row(
        number=number,
        title=title,
        headline=one_line(line.headline) or title,
        about=_besides(title, name, protocol, task),
        place=_besides(title, protocol, task),
        name=name,
        protocol=protocol,
        task=task,
        why=one_line(line.why),
        act=one_line(line.act),
        when=_when(line, today),
        tone=tone(line),
        due=show_to_act(line.due, today) if line.due else "",
        ends=show_to_act(line.ends, today) if line.ends else "",
        over=marked is not None and marked < today,
        since=show_near(line.since, today) if line.since else "",
        date=show_to_act(line.due or line.ends or line.since or today, today),
        minutes=length(line.minutes),
        url=safe_url(line.url),
        host=host(line.url),
        does_not_count=one_line(line.does_not_count),
        owner="" if line.owner in ("", "you") else one_line(line.owner),
        knows=one_line(line.knows),
        report=line.report,
        hand_in=safe_url(line.hand_in),
        hand_in_host=host(line.hand_in),
        people=tuple(Named(name=one_line(p.name), url=safe_url(p.url)) for p in line.people),
        paste=tuple(one_line(text) for text in line.paste),
    )


def _besides(title: str, *parts: str) -> str:
    return ", ".join(part for part in parts if part and part not in title)


def _when(line: Line, today: date) -> str:
    """``by Mon 30 Nov 2026 (in 7 days)``, ``ended 18 Nov 2026 (5 days ago)``, or "".

    A line that only says since when does so here unless its own sentence does.
    """
    if line.section is Section.CLEARED and line.why:
        return ""
    if line.due:
        return f"{'was due' if line.due < today else 'by'} {_beside(line.due, line, today)}"
    if line.ends:
        return f"{'ended' if line.ends < today else 'ends'} {_beside(line.ends, line, today)}"
    return f"since {show_near(line.since, today)}" if line.since and not line.why else ""


def _beside(day: date, line: Line, today: date) -> str:
    if line.days is None or abs(line.days) > _FAR:
        return show_to_act(day, today)
    return f"{show_to_act(day, today)} ({distance(line.days)})"
