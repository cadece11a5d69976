"""One job for one day, step by step.

It decides the order of the steps and what ends a run. forecast.py decides what is due and may go; delivering.py sends it.

Dry runs read and plan by the live history (the trial's, where the lab is in trial) and write nothing: no run, no row, no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from onboard.dates import CLOCK_LEEWAY
from onboard.errors import LedgerError, NotBegun, ReadInDoubt, SilentChange, Unreviewed
from onboard.model import (
    Held,
    History,
    JobName,
    Mode,
    Notice,
    Run,
    RunReport,
    UsedSlot,
)
from onboard.pipeline.catching_up import catch_up, half_begun_words, saying_what_went, unbegun_words
from onboard.pipeline.delivering import Drained, Written, drain, write_all
from onboard.pipeline.doubting import end_doubts
from onboard.pipeline.forecast import BASELINED, Decided, already_true, decide, forecast, keys_of, with_mode
from onboard.pipeline.handing_in import Handing
from onboard.pipeline.mail_troubles import mail_troubles
from onboard.pipeline.plans import PLANS, plan_of
from onboard.pipeline.reading import Judged, memory, read, remember
from onboard.pipeline.snapshots import export_of
from onboard.pipeline.telling import Told, message_writer, tell
from onboard.pipeline.tools import Plan, Stop, Tools, never
from onboard.pipeline.troubles import Trouble, clock_was_ahead, over_ceiling, read_failed, rules_refused, unreviewed
from onboard.planning.gate import NOT_TO_PEOPLE

__all__ = ["Plan", "Tools", "deliver_waiting", "run_job"]

#: A plan is made again so often when the history moved under it.
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A plan that passed the gate and was put into words."""

    ready: tuple[Notice, ...]
    held: tuple[Held, ...]
    over: bool
    written: Written
    handing: Mapping[str, Sequence[Trouble]] = field(default_factory=dict)  # what keeps people from handing evidence in


def run_job(
    tools: Tools,
    job: JobName,
    plan: Plan,
    today: date,
    *,
    mode: Mode | None = None,
    stop: Stop = never,
    begins: bool = False,
) -> RunReport:
    """Run one job for the slot `today` (a local date of the lab) in `mode`.

    The lab's own mode when None. `begins`: this is the go-live, which alone records what is already true.

    Raises LedgerError when the ledger cannot be used: then no mail was sent on this run's account. Raises NotBegun when the
    ledger never went live in this mode: an empty ledger may be a lost one, and then everything would be sent again.
    """
    mode = mode or tools.lab.limits.mode
    if mode is Mode.DRY:
        return _rehearse(tools, job, plan, today)
    if not begins:
        _refuse_unbegun(tools, mode, job)
    with saying_what_went(tools) as tools:
        catch_up(tools.ledger, tools.book, tools.clock.now(), begins_on=today if begins else None)
        return _run(tools, job, plan, today, mode, stop)


def _run(tools: Tools, job: JobName, plan: Plan, today: date, mode: Mode, stop: Stop) -> RunReport:
    run = tools.ledger.begin_run(mode, job, today, tools.clock.now())
    if run is None:
        return _deliver_waiting(tools, job, today, mode, stop)
    try:
        judged = read(tools, mode, job)
    except ReadInDoubt as error:
        return _give_up(tools, run, read_failed(str(error)), stop)
    except SilentChange as error:
        return _give_up(tools, run, rules_refused(str(error)), stop)
    except Unreviewed as error:
        return _give_up(tools, run, unreviewed(str(error)), stop)
    _put_right(tools, run, judged)
    remember(tools, judged, today, mode)
    draft = _queue(tools, run, plan, judged, _begun(tools, run, plan, judged))
    return _hand_over(tools, run, judged, draft, stop)


def _refuse_unbegun(tools: Tools, mode: Mode, job: JobName) -> None:
    """Raise NotBegun for a ledger that did not go live in this mode, or only by half.

    Every job waits until both jobs that write to people have begun: a digest of a half beginning would say that people were told
    whom no job told. A home that began under an earlier version may have begun with any job; there only what writes to people
    needs its own beginning.
    """
    began = tools.ledger.began(mode)
    if job in began or began >= BASELINED or (job not in BASELINED and began - BASELINED - {JobName.START}):
        return
    raise NotBegun(half_begun_words(began & BASELINED, mode) if began & BASELINED else unbegun_words(tools.book, mode, job))


def take_as_told(tools: Tools, plans: Mapping[JobName, Plan], today: date, mode: Mode, *, really: bool) -> list[Notice]:
    """Count what is due on `today` as sent; then the ledger is whole again.

    Today's slots are used. For an old backup, when it is not known what was mailed since. Returns the mails to people and about
    them; without `really` nothing changes. Raises ReadInDoubt and LedgerError.
    """
    found: list[Notice] = []
    for job in (one for one in plans if one in BASELINED):
        judged = read(tools, mode, job)
        planned = plans[job](judged.now, tools.ledger.history(mode), tools.lab, today, judged.before)
        found += planned
        if really:
            tools.ledger.record_baseline(mode, job, keys_of(planned), tools.clock.now(), today)
    if really:
        now = tools.clock.now()
        tools.ledger.catch_up([UsedSlot(mode=mode, job=job, slot=today, at=now) for job in plans], now)
        catch_up(tools.ledger, tools.book, now, begins_on=today)
    return found


def deliver_waiting(tools: Tools, job: JobName, today: date, *, mode: Mode, stop: Stop = never) -> RunReport:
    """Send only what waits in the outbox: the slot is used up, or held elsewhere.

    Held: by another process. Raises as `run_job` does.
    """
    with saying_what_went(tools) as tools:
        catch_up(tools.ledger, tools.book, tools.clock.now())
        return _deliver_waiting(tools, job, today, mode, stop)


def _deliver_waiting(tools: Tools, job: JobName, today: date, mode: Mode, stop: Stop) -> RunReport:
    drained = drain(tools.mailer, tools.ledger, tools.clock, mode, stop, place=tools.place, book=tools.book)
    told, drained = tell(tools, mode, job, today, mail_troubles(tools, mode, drained, today), drained, stop)
    texts = tuple(one.text for one in told.urgent if not one.mild)
    return RunReport(
        job=job, slot=today, mode=mode, outcome="already", deliveries=drained.deliveries, trouble=texts, untold=bool(told.untold)
    )  # fmt: skip


def _give_up(tools: Tools, run: Run, why: Trouble, stop: Stop) -> RunReport:
    """No mail to people, one to the operator; the slot stays open for another try."""
    tools.ledger.withdraw_queued(run.mode, tools.clock.now())
    found = {"read": [why]}
    told, drained = tell(tools, run.mode, run.job, run.slot, found, Drained(), stop)
    report = _report(run, "failed", told, drained)
    tools.ledger.end_run(run, report, tools.clock.now())
    return report


def _begun(tools: Tools, run: Run, plan: Plan, judged: Judged) -> History:
    """Return what was sent so far.

    At go-live what is already true is recorded first and never sent; who starts later, or started lately, is welcomed all the
    same. A job about the lab has nothing to record when it begins. What a crash left in hand is settled before planning.
    """
    tools.ledger.recover(tools.clock.now())
    end_doubts(tools.ledger, run.mode, tools.clock.now(), tools.place)
    history = tools.ledger.history(run.mode, ignoring=run.job)
    if history.started:
        return history
    planned = plan(judged.now, history, tools.lab, run.slot, judged.before) if run.job in BASELINED else ()
    keys = already_true(planned)
    tools.ledger.record_baseline(run.mode, run.job, keys, tools.clock.now(), run.slot)
    return tools.ledger.history(run.mode, ignoring=run.job)


def _queue(tools: Tools, run: Run, plan: Plan, judged: Judged, history: History) -> _Draft:
    """Plan, write and enqueue.

    From the start again while another process changes the history since `history` was read.
    """
    handing = Handing(tools.hand_in)
    for _ in range(_TRIES):
        lab = with_mode(tools.lab, run.mode)
        decided = decide(plan, run.job, run.slot, judged.now, history, lab, judged.before)
        draft = _draft(tools, run.mode, decided, judged, history, handing)
        queued = tools.ledger.enqueue(
            run,
            draft.written.outgoing,
            history.version,
            tools.clock.now(),
            held=draft.over,
            snapshot=judged.snapshot,
            rules=tools.rules.version,
            whole=draft.written.whole,
        )
        if queued:
            return draft
        history = tools.ledger.history(run.mode, ignoring=run.job)
    raise LedgerError(f"{run.job} was planned {_TRIES} times while other processes wrote to the ledger: run it again later")


def _draft(tools: Tools, mode: Mode, decided: Decided, judged: Judged, history: History, handing: Handing) -> _Draft:
    """Write the messages, with each person's own survey link to send evidence in.

    Without links while all mail waits for a person to look at it. The links are in the messages alone: what is reported and
    logged holds the notices without them.
    """
    filled = decided.ready if decided.over else handing.fill(decided.ready, judged.now)
    written = write_all(filled, message_writer(tools, mode), tools.clock.now(), history)
    return _Draft(
        ready=decided.ready,
        held=(*decided.held, *written.failed),
        over=decided.over,
        written=written,
        handing=handing.troubles(),
    )


def _hand_over(tools: Tools, run: Run, judged: Judged, draft: _Draft, stop: Stop) -> RunReport:
    drained = drain(tools.mailer, tools.ledger, tools.clock, run.mode, stop, place=tools.place, book=tools.book)
    scopes = {
        "read": (),
        "clock": _ahead(tools, run),
        **_plan_troubles(tools, run, draft),
        **draft.handing,
        **mail_troubles(tools, run.mode, drained, run.slot),
    }
    told, drained = tell(tools, run.mode, run.job, run.slot, scopes, drained, stop)
    report = _report(run, _outcome(draft, drained), told, drained, draft, judged)
    tools.ledger.end_run(run, report, tools.clock.now())
    if tools.book and draft.written.whole and _all_went(draft, drained):
        tools.book.write(UsedSlot(mode=run.mode, job=run.job, slot=run.slot, at=tools.clock.now()))
    return report


def _all_went(draft: _Draft, drained: Drained) -> bool:
    """Whether no mail of this run is left that could still go, or go again.

    Then its slot is used up.
    """
    sent = {one.message_id for one in drained.deliveries if one.state == "sent"}
    return sent >= {one.message_id for one in draft.written.outgoing}


def _put_right(tools: Tools, run: Run, judged: Judged) -> None:
    """Date anew what a clock that was ahead left in the ledger, so that the days it took run when they come.

    Not on a day that is tried, and not while this clock is not REDCap's.
    """
    difference, now = judged.now.clock_ahead, judged.snapshot.read_at
    if tools.pretended or abs(difference) > CLOCK_LEEWAY:
        return
    today = _last_day(tools, run)
    if tools.ledger.newest_ahead(run.mode, today, now + CLOCK_LEEWAY):
        tools.ledger.put_right(run.mode, today, now, sure=bool(difference))


def _last_day(tools: Tools, run: Run) -> date:
    """Today in the lab, or the run's slot where that is later."""
    return max(run.slot, tools.clock.now().astimezone(tools.lab.zone).date())


def _ahead(tools: Tools, run: Run) -> Sequence[Trouble]:
    """Return the trouble of slots or reads dated in days still to come, if any.

    It stops nothing, but the operator must know why they are there.
    """
    now = tools.clock.now()
    last = tools.ledger.newest_ahead(run.mode, _last_day(tools, run), now + CLOCK_LEEWAY)
    return [clock_was_ahead(last)] if last else []


def _outcome(draft: _Draft, drained: Drained) -> str:
    if draft.over:
        return "held"
    if drained.down:
        return "waiting"
    return "sent" if any(one.state == "sent" for one in drained.deliveries) else "nothing"


def _plan_troubles(tools: Tools, run: Run, draft: _Draft) -> dict[str, Sequence[Trouble]]:
    found = list(draft.written.troubles)
    if draft.over:
        number = sum(notice.kind not in NOT_TO_PEOPLE for notice in draft.ready)
        found.append(over_ceiling(run.id, run.job, number, tools.lab.limits.ceiling))
    return {f"plan/{run.job}": found}


def _report(
    run: Run,
    outcome: str,
    told: Told,
    drained: Drained,
    draft: _Draft | None = None,
    judged: Judged | None = None,
) -> RunReport:
    return RunReport(
        job=run.job,
        slot=run.slot,
        mode=run.mode,
        outcome=outcome,
        run=run.id,
        planned=draft.ready if draft else (),
        held=draft.held if draft else (),
        deliveries=drained.deliveries,
        problems=len(judged.now.problems) if judged else 0,
        trouble=tuple(one.text for one in told.all if not one.mild),
        untold=bool(told.untold),
        read_at=judged.now.read_at if judged else None,
    )


def _rehearse(tools: Tools, job: JobName, plan: Plan, today: date) -> RunReport:
    """Return what would go, by the history that would count.

    Where no job began it is what `onboard start --send` would send; the introductions are then reported with the reminders, whose
    place they take.
    """
    as_mode = Mode.LIVE if tools.lab.limits.mode is Mode.DRY else tools.lab.limits.mode
    try:
        judged = read(tools, as_mode, job)
    except (ReadInDoubt, SilentChange, Unreviewed) as error:
        return RunReport(job=job, slot=today, mode=Mode.DRY, outcome="failed", trouble=(str(error),))
    remembered = memory(tools.rejudging, as_mode, judged.now, export_of(judged.snapshot), today)
    mine = {job, JobName.START} if job is JobName.REMINDERS else {job}
    order = list(PLANS)
    [(_, jobs)] = forecast(
        judged.now,
        remembered,
        with_mode(tools.lab, as_mode),
        today,
        jobs=lambda day: order[: order.index(job) + 1],
        plans=lambda one: plan if one is job else plan_of(one),
    )
    decided = [one for one in jobs if one.job in mine]
    ready = [notice for one in decided for notice in one.ready]
    written = write_all(ready, message_writer(tools, as_mode), tools.clock.now(), remembered.history(job))
    return RunReport(
        job=job,
        slot=today,
        mode=Mode.DRY,
        outcome="dry",
        planned=tuple(ready),
        held=(*(held for one in decided for held in one.held), *written.failed),
        problems=len(judged.now.problems),
        trouble=tuple(one.text for one in written.troubles),
        read_at=judged.now.read_at,
    )
