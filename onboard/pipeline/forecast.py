"""What the jobs of a day send, what is held and why.

One plan and one gate, for a run and for every command that asks beforehand: `run`, `start`, `preview` and `explain` all decide
here, so none of them can promise a mail that another holds back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain

from onboard.model import (
    Assessment,
    Held,
    History,
    ItemRecord,
    ItemState,
    JobName,
    Lab,
    MailRecord,
    MessageKind,
    Mode,
    Notice,
)
from onboard.pipeline.plans import PLANS, plan_of
from onboard.pipeline.tools import Plan
from onboard.planning.gate import gate

#: Jobs that write to people about themselves: at go-live what is already true is recorded for them instead of mailed.
BASELINED = frozenset({JobName.CHECKLISTS, JobName.REMINDERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One job of one slot: the notices that may go, those that are held, and whether they are over the ceiling."""

    job: JobName
    slot: date
    ready: tuple[Notice, ...]
    held: tuple[Held, ...]
    over: bool
    used: bool = False  # the job's slot is used up: what is ready goes with the job's next run

    def going(self) -> tuple[Notice, ...]:
        """The notices that go when the job runs."""
        return () if self.over else self.ready

    def staying(self, ceiling: int) -> tuple[Held, ...]:
        """The notices that do not, each with the reason."""
        if not self.over:
            return self.held
        why = f"this run has more than {ceiling} mails to people (ceiling in settings.toml): it waits for `onboard release`"
        return (*self.held, *(Held(notice=notice, reason=why) for notice in self.ready))


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What each job would find in the ledger."""

    history: Callable[[JobName], History]  # as if the job's own queued messages were gone
    before: Callable[[JobName], Assessment | None]  # what the job's last run was planned on
    last_slot: Callable[[JobName], date | None]  # the newest slot of the job that is used up
    read: Callable[[JobName], Assessment] | None = None  # the read as the job sees it; None: as it is given


def no_memory(*, started: bool) -> Memory:
    """The memory of a lab to which nothing was sent; `started` says whether it began."""
    return Memory(history=lambda job: History(started=started), before=lambda job: None, last_slot=lambda job: None)


def decide(
    plan: Plan, job: JobName, slot: date, assessment: Assessment, history: History, lab: Lab, before: Assessment | None
) -> Decided:
    """Plan one job and pass the plan through the gate; `lab.limits.mode` is the mode of the run."""
    notices = plan(assessment, history, lab, slot, before)
    ready, held, over = gate(notices, lab.limits, history, lab, job)
    return Decided(job=job, slot=slot, ready=tuple(ready), held=tuple(held), over=over)


def with_mode(lab: Lab, mode: Mode) -> Lab:
    """The lab with a mode of the caller's; dry counts as live, since a dry run asks what a live one would do."""
    return replace(lab, limits=replace(lab.limits, mode=Mode.LIVE if mode is Mode.DRY else mode))


def already_true(planned: Iterable[Notice]) -> list[str]:
    """Return item keys of what is recorded at go-live and never mailed.

    Who starts later, or started lately, is welcomed.
    """
    return keys_of(notice for notice in planned if notice.kind is not MessageKind.WELCOME)


def keys_of(planned: Iterable[Notice]) -> list[str]:
    """Item keys that notices settle, and those of the lower tiers that they make pointless."""
    return list(dict.fromkeys(key for notice in planned for key in chain(notice.keys(), *(line.skips for line in notice.lines))))


# a day that is still to come -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the jobs decided so far would leave in the ledger."""

    items: Mapping[str, ItemRecord]
    mails: tuple[MailRecord, ...]

    def over(self, history: History) -> History:
        """The history with it."""
        return replace(history, items={**history.items, **self.items}, mails=(*history.mails, *self.mails))

    def and_baseline(self, keys: Iterable[str], day: date) -> _Sent:
        return replace(self, items={**_items(keys, ItemState.BASELINE, day), **self.items})

    def and_ready(self, decided: Decided) -> _Sent:
        """Return the history as if every mail that may go were sent.

        Items of mail held for the ceiling count as claimed.
        """
        state = ItemState.CLAIMED if decided.over else ItemState.SENT
        keys = (key for notice in decided.ready for key in notice.keys())
        skips = (key for notice in decided.ready for line in notice.lines for key in line.skips)
        items = {**_items(skips, ItemState.SKIPPED, decided.slot), **self.items, **_items(keys, state, decided.slot)}
        mails = (_mail(notice, decided) for notice in decided.ready)
        return _Sent(items=items, mails=(*self.mails, *mails))


def _items(keys: Iterable[str], state: ItemState, day: date) -> dict[str, ItemRecord]:
    return {key: ItemRecord(key=key, state=state, reader="", on=day) for key in keys}


def _mail(notice: Notice, decided: Decided) -> MailRecord:
    reader, state = notice.reader, "held" if decided.over else "sent"
    return MailRecord(
        kind=notice.kind, reader=reader.address, person=reader.record, slot=notice.slot, state=state, job=decided.job.value
    )


def forecast(
    assessment: Assessment,
    memory: Memory,
    lab: Lab,
    first: date,
    days: int = 1,
    *,
    jobs: Callable[[date], Sequence[JobName]] = lambda day: tuple(PLANS),
    plans: Callable[[JobName], Plan] = plan_of,
) -> Iterator[tuple[date, list[Decided]]]:
    """Return what each of `days` days from `first` on would send.

    Every mail is taken as sent, and no record as changed. On a day off no job runs. Where a job never began, the first working
    day is that of `onboard start --send`: what is already true is recorded, and introductions go out. `jobs` gives a day's jobs
    in the order they run.
    """
    sent = _Sent({}, ())
    lab = with_mode(lab, lab.limits.mode)
    begun = _has_begun(memory)
    for day in (first + timedelta(days=number) for number in range(days)):
        found: list[Decided] = []
        if lab.cadence.calendar.works(day):
            for job in jobs(day) if begun else _first_day(jobs(day)):
                decided, sent = _decided(job, plans(job), day, assessment, memory, lab, sent, begins=not begun)
                found.append(decided)
            begun = True
            memory = replace(memory, history=_started(memory.history))
        yield day, found


def _has_begun(memory: Memory) -> bool:
    """Whether the lab went live whole: after a half beginning the first day is still to come. An earlier version may have begun
    with one job that writes to people and another one."""
    started = [memory.history(job).started for job in BASELINED]
    others = (job for job in PLANS if job not in BASELINED and job is not JobName.START)
    return all(started) or (any(started) and any(memory.history(job).started for job in others))


def _first_day(jobs: Sequence[JobName]) -> list[JobName]:
    """At go-live the jobs that write to people come first, then the introductions."""
    first = [JobName.CHECKLISTS, JobName.REMINDERS, JobName.START]
    return first + [job for job in jobs if job not in first]


def _started(history: Callable[[JobName], History]) -> Callable[[JobName], History]:
    return lambda job: replace(history(job), started=True)


def _decided(
    job: JobName, plan: Plan, day: date, assessment: Assessment, memory: Memory, lab: Lab, sent: _Sent, *, begins: bool
) -> tuple[Decided, _Sent]:
    history = sent.over(memory.history(job))
    assessment = memory.read(job) if memory.read else assessment
    if begins and job in BASELINED and not history.started:
        sent = sent.and_baseline(already_true(plan(assessment, history, lab, day, None)), day)
        history = sent.over(memory.history(job))
    decided = decide(plan, job, day, assessment, replace(history, started=True), lab, memory.before(job))
    used = memory.last_slot(job) == day
    return replace(decided, used=used), sent if used else sent.and_ready(decided)
