"""Troubles that the operator must handle: which are new, each told once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from onboard.dates import ahead_words, show
from onboard.model import JobName, Lab, Line, Message, MessageKind, Mode, Notice, Reader, ReaderRole, Section
from onboard.ports import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that went wrong in a run and does not mend automatically.

    What is wrong in a record is a `Problem`. `key` stays the same while the trouble does.
    """

    key: str
    title: str
    text: str  # what, where and the next step
    mild: bool = False  # told to the operator, and no failure of the run: everything went all the same
    parts: tuple[str, ...] = ()  # item keys of the single things in it: those still untold are told, once a day
    by_mail: bool = True  # False: said by the printed words and the log alone, because no mail leaves


#: ``completion of record # (row #), record # row # and # more``: however many rows are named.
_ROWS = re.compile(
    r"(?:(?:[\w.]+ of )?record )?#(?: \(row #\)| row #)?(?:(?:, | and )(?:(?:[\w.]+ of )?record )?#(?: \(row #\)| row #| more)?)*"
)


def trouble(name: str, title: str, text: str) -> Trouble:
    """A trouble that is told again when its text changes in more than its numbers and the rows that it names."""
    shape = _ROWS.sub("#", re.sub(r"\d+", "#", text))
    return Trouble(key=f"{name}/{hashlib.sha256(shape.encode()).hexdigest()[:8]}", title=title, text=text)


def news(ledger: Ledger, mode: Mode, scopes: Mapping[str, Sequence[Trouble]], today: date) -> list[tuple[str, Trouble]]:
    """(item key, trouble) of all troubles; each scope given forgets the troubles it does not name any more.

    The item key holds the day it was first seen: told once while it lasts, and again when it comes back another day.
    """
    found: list[tuple[str, Trouble]] = []
    for scope, troubles in scopes.items():
        seen = ledger.see_troubles(f"{mode}/{scope}", [one.key for one in troubles], today)
        found += [(_item_key(one, today if one.parts else seen[one.key]), one) for one in troubles]
    return found


def _item_key(one: Trouble, day: date) -> str:
    return f"operator/{one.key}/{day.isoformat()}"


def operator_notices(lab: Lab, found: Sequence[tuple[str, Trouble]], today: date) -> list[Notice]:
    """One notice a trouble, so that an old one never rides along with a new one."""
    reader = Reader(address=lab.operator.strip().lower(), name="Operator", greet="", role=ReaderRole.OPERATOR)
    return [
        Notice(
            kind=MessageKind.OPERATOR,
            reader=reader,
            slot=today,
            lines=(Line(key=key, section=Section.TROUBLE, title=one.title, why=one.text, also=one.parts),),
            read_at=None,
        )
        for key, one in found
    ]


def plain_words(notice: Notice, lab: Lab) -> Message:
    """An operator notice without any template, for the day the templates are the trouble."""
    said = "\n\n".join(f"{line.title}\n{line.why}" for line in notice.lines)
    text = f"{lab.name}: the onboarding mailer needs you.\n\n{said}\n"
    return Message(notice=notice, subject=f"{lab.name}: onboarding mail needs you", text=text, html="")


def read_failed(text: str) -> Trouble:
    """Return the trouble of a read in doubt, on which no person was mailed."""
    return trouble("read", "The records could not be read", text)


def read_again(first: date, today: date) -> Trouble:
    """Return the end of a read in doubt that was told on an earlier day."""
    text = f"No good read came from {show(first)} on; since {show(today)} there is one. What is still true is mailed from now on."
    return Trouble(key=f"read_over/{first.isoformat()}", title="The records are read again", text=text, mild=True)


def rules_refused(text: str) -> Trouble:
    """Return the trouble of rules changed without acceptance; no person was mailed."""
    return trouble("rules", "The rules were changed for days already judged", text)


def unreviewed(text: str) -> Trouble:
    """Return the trouble of evidence that waits for a review; no person was mailed.

    It counted before there were reviews.
    """
    return trouble("reviews", "Evidence needs a review before it counts", text)


def clock_was_ahead(last: date) -> Trouble:
    """The ledger holds days that are still to come."""
    return trouble("clock", "The ledger holds days that are still to come", ahead_words(last))


def over_ceiling(run: int, job: JobName, number: int, ceiling: int) -> Trouble:
    """All mail to people of one run waits for a word."""
    look = "onboard start" if job == "start" else f"onboard run {job}"
    return Trouble(
        key=f"ceiling/{run}",
        title="Too many mails at once",
        text=(
            f"{job} planned {number} mails to people; the ceiling is {ceiling}. All of them wait. Look at them with "
            f"`{look}`, then let them go with `onboard release {run}`, or raise `ceiling` in settings.toml."
        ),
    )
