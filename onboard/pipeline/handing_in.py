"""The person's own survey link, put into the mails that ask for evidence.

It decides who needs one, and what is reported when there is none: the mail goes all the same, and its words ask to reply with
the PDF instead. A link is requested once per run and person, for mails that go in this run only. What comes in on it is a claim
until a coordinator has accepted it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from onboard.model import Assessment, Line, Notice, ReaderRole
from onboard.pipeline.troubles import Trouble, trouble
from onboard.ports import HandIn, HandInPages
from onboard.tables.evidence_rows import MOST


@dataclass(slots=True)
class Handing:
    """The pages of one run: each is asked for once, however often the run plans again."""

    pages: HandInPages | None
    _known: dict[HandIn, str] = field(default_factory=dict, repr=False)
    _trouble: str = ""
    _asked: bool = False

    def fill(self, notices: Sequence[Notice], assessment: Assessment) -> list[Notice]:
        """The same notices, each with its reader's own page where there is one."""
        wanted = {n.reader.record: one for n in notices if _asks(n) and (one := _next_row(assessment, n.reader.record))}
        self._ask([one for one in dict.fromkeys(wanted.values()) if one not in self._known])
        return [_with(n, self._known.get(wanted[n.reader.record], "")) if n.reader.record in wanted else n for n in notices]

    def troubles(self) -> Mapping[str, Sequence[Trouble]]:
        """What the operator should be told, by scope.

        Empty when no link was requested, so that nothing counts as mended.
        """
        if not self._asked:
            return {}
        if not self._trouble:
            return {"hand_in": ()}
        return {"hand_in": [replace(trouble("hand_in", "REDCap gave no survey link", self._trouble), mild=True)]}

    def _ask(self, wanted: Sequence[HandIn]) -> None:
        if self.pages is None or not wanted or self._trouble:
            return
        found = self.pages.addresses(wanted)
        self._asked, self._trouble = True, found.trouble
        self._known |= {one: found.addresses[one.person] for one in wanted if one.person in found.addresses}


def _asks(notice: Notice) -> bool:
    """Whether a mail to a person asks that very person for a completion report."""
    return notice.reader.role is ReaderRole.PERSON and any(_is_own(line, notice) for line in notice.lines)


def _is_own(line: Line, notice: Notice) -> bool:
    return line.report and line.person == notice.reader.record != ""


def _next_row(assessment: Assessment, person: str) -> HandIn | None:
    rows = assessment.evidence_rows
    if rows is None or rows.get(person, 0) >= MOST:
        return None
    return HandIn(person=person, instance=rows.get(person, 0) + 1)


def _with(notice: Notice, page: str) -> Notice:
    return replace(notice, lines=tuple(_lines(notice, page))) if page else notice


def _lines(notice: Notice, page: str) -> Iterable[Line]:
    return (replace(line, hand_in=page) if _is_own(line, notice) else line for line in notice.lines)
