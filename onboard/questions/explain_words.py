"""An explanation as text and as JSON."""

from __future__ import annotations

from onboard.dates import show
from onboard.judging.estimates import FirstStart
from onboard.model import ItemState
from onboard.model.phrases import joined, made, phrase
from onboard.questions.explain import Explanation, Standing
from onboard.questions.wording import (
    ahead_words,
    in_brackets,
    iso,
    page,
    status_words,
    task_words,
    verdict_words,
    where_words,
    wrapped,
)

#: How much of the past is printed; JSON has all of it.
_MOST = 12


def as_text(explanation: Explanation) -> str:
    """The whole explanation as plain text of at most 80 columns."""
    lines = wrapped(phrase("explain.heading", name=explanation.name, record=explanation.person, day=show(explanation.today)))
    if not explanation.complete:
        lines += wrapped(phrase("explain.not_complete"), "  ")
    lines += [line for text in explanation.appointments or (phrase("explain.no_appointment"),) for line in wrapped(text, "  ")]
    lines += ["", phrase("explain.standing")]
    for standing in explanation.standings:
        lines += _standing_lines(standing, _above(explanation, standing))
    lines += _ready_lines(explanation.ready)
    lines += _block(phrase("explain.unreadable"), explanation.problems)
    lines += ["", phrase("explain.written"), *(wrapped(explanation.address, "  ") if explanation.address else [])]
    lines += [f"  {show(mail.slot)}  {mail.kind.value}, {mail.state}" for mail in explanation.mails[:_MOST]] or [
        joined("  ", ("", phrase("explain.nothing_written")))
    ]
    lines += _block(
        phrase("explain.said_about"), [_said(item.on.isoformat(), item.what, item.state) for item in explanation.said[:_MOST]]
    )
    lines += _block(phrase("explain.today"), explanation.now)
    lines += _block(phrase("explain.coming"), [made(_coming_line, show(c.on), c.what, c.because) for c in explanation.coming])
    return page(lines)


def _ready_lines(ready: FirstStart | None) -> list[str]:
    """About when work can begin and what takes longest, as the welcome and the digest print it."""
    if ready is None or ready.bottleneck is None:
        return []
    when = phrase("lines.ready_about", day=show(ready.about)) if ready.about else phrase("lines.ready_unknown")
    return wrapped(joined(" ", (when, phrase("digest.slowest", title=ready.bottleneck.title))), "  ")


def _said(on: str, what: str, state: ItemState) -> str:
    return made(_said_line, on, what, phrase(f"items.{state.value}"))


def _said_line(on: str, what: str, state: str) -> str:
    return f"{on} {what} ({state})"


def _coming_line(on: str, what: str, because: str) -> str:
    return f"{on}: {what} ({because})"


def _block(title: str, texts: tuple[str, ...] | list[str]) -> list[str]:
    """A heading and its lines; nothing at all when there is none."""
    lines = [line for text in texts for line in wrapped(text, "  ", 4)]
    return ["", title, *lines] if lines else []


def _above(explanation: Explanation, standing: Standing) -> set[tuple[object, ...]]:
    """What the line of the protocol as a whole said already."""
    whole = (s for s in explanation.standings if s.protocol == standing.protocol and s.task is None)
    return {reason.key for s in whole for reason in s.reasons} if standing.task else set()


def _standing_lines(standing: Standing, above: set[tuple[object, ...]]) -> list[str]:
    where = where_words(standing.protocol, task_words(standing.task))
    verdict = made(str.upper, verdict_words(standing.verdict))
    lines = wrapped(made(_verdict_line, where, verdict, in_brackets(standing.since, standing.until)), "  ", 4)
    own = [reason for reason in standing.reasons if reason.key not in above]
    lines += [joined("    - ", ("", phrase("explain.as_protocol")))] if len(own) < len(standing.reasons) else []
    for reason in own:
        days = joined(", ", ("", ahead_words(reason.since, reason.until))) if reason.since or reason.until else ""
        said = {"title": reason.title, "status": status_words(reason.status), "days": days, "sentence": reason.sentence}
        lines += wrapped(phrase("explain.reason", **said), "    - ", 6)
    for remark in standing.remarks:
        lines += wrapped(remark, "    * ", 6)
    return lines


def _verdict_line(where: str, verdict: str, days: str) -> str:
    return f"{where}: {verdict}{days}"


def as_json(explanation: Explanation) -> dict[str, object]:
    """Stable keys: person (record id), name, today, complete, appointments, standings (protocol, task, verdict, since, until,
    reasons as `ClauseOn.as_json`, remarks), ready_about (null also where no day can be named), problems, address (a sentence, ""
    for one that takes mail), mails (kind, on, state, reader), said (on, what, state, reader), now, coming (on, what, because).
    Dates are ISO texts, null = open."""
    return {
        "person": explanation.person,
        "name": explanation.name,
        "today": iso(explanation.today),
        "complete": explanation.complete,
        "appointments": list(explanation.appointments),
        "standings": [_standing_json(standing) for standing in explanation.standings],
        "ready_about": iso(explanation.ready.about) if explanation.ready else None,
        "problems": list(explanation.problems),
        "address": explanation.address,
        "mails": [{"kind": m.kind.value, "on": iso(m.slot), "state": m.state, "reader": m.reader} for m in explanation.mails],
        "said": [{"on": iso(i.on), "what": i.what, "state": i.state.value, "reader": i.reader} for i in explanation.said],
        "now": list(explanation.now),
        "coming": [{"on": iso(c.on), "what": c.what, "because": c.because} for c in explanation.coming],
    }


def _standing_json(standing: Standing) -> dict[str, object]:
    return {
        "protocol": standing.protocol,
        "task": standing.task.value if standing.task else None,
        "verdict": standing.verdict.value,
        "since": iso(standing.since),
        "until": iso(standing.until),
        "reasons": [reason.as_json() for reason in standing.reasons],
        "remarks": list(standing.remarks),
    }
