"""Filter planned notices by mode, limits, quiet days and what was already sent.

Those held come out with the reason. It knows no words, no database and no clock.

A reason is printed and logged, so it holds no name and no address: it gives the record id, or the reader's role.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from onboard.model import Fault, Held, History, JobName, Lab, Limits, MessageKind, Mode, Notice, Reader, ReaderRole
from onboard.planning.addresses import lies_within, never_shut
from onboard.planning.standing import shut

#: Mail to those who run the lab's day and the tool: no ceiling, no quiet day.
NOT_TO_PEOPLE = frozenset({MessageKind.WORKLIST, MessageKind.OPERATOR})
#: Mail to a person about themselves: at most one a local day over all jobs.
TO_THE_PERSON = frozenset({MessageKind.WELCOME, MessageKind.CHECKLIST, MessageKind.REMINDER, MessageKind.INTRODUCTION})
#: Views of the day, which may name what another mail says, too.
VIEWS = frozenset({MessageKind.DIGEST, MessageKind.WORKLIST})
#: Beside a job's plan: as many as there are troubles.
_ASIDE = frozenset({MessageKind.OPERATOR})
#: States of a message that never reached, and will not reach, its reader.
_NEVER_CAME = frozenset({"failed", "refused", "expired"})


@dataclass(slots=True)
class _Seen:
    """What was used up, by earlier mails and by the notices already let through."""

    readers: set[str] = field(default_factory=set)
    written: frozenset[tuple[str, date]] = frozenset()  # address and slot of mails to a person about themselves
    keys: set[str] = field(default_factory=set)


def gate(
    notices: Sequence[Notice], limits: Limits, history: History, lab: Lab, job: JobName | None = None
) -> tuple[list[Notice], list[Held], bool]:
    """Return (ready in the planned order, held with reason, over the ceiling or not).

    The ceiling counts mail to people; those that tell of one study-wide stop count once, for a stop must not wait. `job` plans
    once more for a slot it did not use up: a reader who already has a mail of this job and slot gets no second one. `limits.mode`
    dry gates like live. In trial mode a ready notice names its real reader in
    ``facts["trial_for"]``; its reader stays the one it is for, and `recipient_address` says where it goes.
    """
    ready: list[Notice] = []
    held: list[Held] = []
    slots = {notice.slot for notice in notices}
    seen = _Seen(readers=_written_by(job, slots, history), written=_to_the_person(slots, history))
    for notice in notices:
        reason = _why_not(notice, limits, history, lab, seen)
        if reason:
            held.append(Held(notice=notice, reason=reason))
            continue
        seen.readers.add(notice.reader.address)
        seen.keys.update(notice.keys())
        ready.append(_named(notice, limits))
    return ready, held, counted_mails(ready) > limits.ceiling


def counted_mails(notices: Sequence[Notice]) -> int:
    """How many mails to people count against the ceiling."""
    found: set[object] = set()
    for place, notice in enumerate(notices):
        if notice.kind not in NOT_TO_PEOPLE:
            found.add(next((line.stop for line in notice.lines if line.stop), place))
    return len(found)


def _written_by(job: JobName | None, slots: set[date], history: History) -> set[str]:
    """Addresses that have a mail of this job for one of these slots, whatever became of it."""
    return {mail.reader for mail in history.mails if job and mail.job == job and mail.slot in slots and mail.kind not in _ASIDE}


def _to_the_person(slots: set[date], history: History) -> frozenset[tuple[str, date]]:
    mails = (mail for mail in history.mails if mail.slot in slots and mail.kind in TO_THE_PERSON)
    return frozenset((mail.reader, mail.slot) for mail in mails if mail.state not in _NEVER_CAME)


def recipient_address(notice: Notice, limits: Limits) -> str:
    """The address a notice goes to: its reader's, or the one of the trial."""
    return limits.trial_address if limits.mode is Mode.TRIAL else notice.reader.address


def whom(reader: Reader) -> str:
    """A reader without name or address: ``record 5``, ``the coordinator``."""
    return f"record {reader.record}" if reader.record else f"the {reader.role}"


def _named(notice: Notice, limits: Limits) -> Notice:
    if limits.mode is not Mode.TRIAL:
        return notice
    return replace(notice, facts={**notice.facts, "trial_for": f"{notice.reader.name} <{notice.reader.address}>"})


def _why_not(notice: Notice, limits: Limits, history: History, lab: Lab, seen: _Seen) -> str:
    """The first reason to hold a notice, "" when there is none."""
    reasons: tuple[Callable[[], str], ...] = (
        lambda: _address(notice, limits),
        lambda: _quiet(notice, lab),
        lambda: _stopped(notice, limits, history, lab),
        lambda: _outside(notice, limits),
        lambda: _second_mail(notice, seen),
        lambda: _said(notice, history, seen),
    )
    return next((reason for check in reasons if (reason := check())), "")


def _address(notice: Notice, limits: Limits) -> str:
    if not notice.reader.address:
        return f"{whom(notice.reader)} has no mail address: enter one on the person form"
    if limits.mode is Mode.TRIAL and not limits.trial_address:
        return "trial mode has no address to write to: set trial_address in settings.toml"
    invited = not limits.guest_list or notice.reader.address in limits.guest_list
    allowed = invited or limits.mode is Mode.TRIAL
    return "" if allowed else f"{whom(notice.reader)} is not on the guest list (guest_list in settings.toml)"


def _quiet(notice: Notice, lab: Lab) -> str:
    if notice.kind in NOT_TO_PEOPLE or lab.cadence.calendar.works(notice.slot):
        return ""
    return f"{notice.slot} is not a working day: goes on the next one"


def _stopped(notice: Notice, limits: Limits, history: History, lab: Lab) -> str:
    to = recipient_address(notice, limits)
    if to in never_shut(lab):
        return ""
    found = shut(history, to, notice.slot)
    if found is None:
        return ""
    if found.fault is Fault.ADDRESS:
        until = f"it is tried again on {found.until}"
        return f"the address of {whom(notice.reader)} refused our mail: correct it on the person form, or {until}"
    return f"the address of {whom(notice.reader)} takes no mail for now: it is tried again on {found.until}"


def _outside(notice: Notice, limits: Limits) -> str:
    """Return why a mail that lists people must not leave the institution, else "".

    Records of student workers may be education records (34 CFR 99.3).
    """
    own = notice.reader.record
    about_people = notice.reader.role in (ReaderRole.SUPERVISOR, ReaderRole.PI) or any(
        (line.person and line.person != own) or line.people for line in notice.lines
    )
    if not about_people or not limits.institution_domains:
        return ""
    if not lies_within(notice.reader.address, limits.institution_domains):
        return f"the address of {whom(notice.reader)} lies outside the institution, and this mail lists people"
    if not lies_within(recipient_address(notice, limits), limits.institution_domains):
        return "the trial address lies outside the institution, and this mail lists people"
    return ""


def _second_mail(notice: Notice, seen: _Seen) -> str:
    address = notice.reader.address
    if address in seen.readers and notice.kind not in _ASIDE:
        return f"{whom(notice.reader)} already gets a mail of this job today"
    written = notice.kind in TO_THE_PERSON and (address, notice.slot) in seen.written
    return f"{whom(notice.reader)} was already written to today" if written else ""


def _said(notice: Notice, history: History, seen: _Seen) -> str:
    if notice.kind in VIEWS:
        return ""
    keys = notice.keys()
    said = next((key for key in keys if key in seen.keys or history.said(key)), "")
    return f"already said: {said}" if said else ""
