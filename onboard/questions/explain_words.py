"""An explanation as text and as JSON. Decides words only."""

from __future__ import annotations

from onboard.dates import show
from onboard.judging.estimates import FirstStart
from onboard.model import ItemState
from onboard.questions.explain import Explanation, Standing
from onboard.questions.wording import ahead_words, iso, status_words, task_words, verdict_words, wrapped

_STATES = {
    ItemState.CLAIMED: "in a mail on its way",
    ItemState.SENT: "sent",
    ItemState.SKIPPED: "skipped, a later one said it",
    ItemState.BASELINE: "already true at the start, never said",
    ItemState.REFUSED: "did not arrive: said again",
    ItemState.DOUBTED: "perhaps arrived: said again",
}
#: How much of the past is printed; JSON has all of it.
_MOST = 12


def as_text(explanation: Explanation) -> str:
    """The whole explanation as plain text of at most 80 columns."""
    lines = wrapped(f"{explanation.name} (record {explanation.person}), {show(explanation.today)}")
    if not explanation.complete:
        lines += wrapped("The person form is not marked Complete: nobody writes to them until it is.", "  ")
    lines += [line for text in explanation.appointments or ("no appointment on record",) for line in wrapped(text, "  ")]
    lines += ["", "WHERE THEY STAND"]
    for standing in explanation.standings:
        lines += _standing_lines(standing, _above(explanation, standing))
    lines += _ready_lines(explanation.ready)
    lines += _block("COULD NOT BE READ", explanation.problems)
    lines += ["", "WRITTEN TO THEM", *wrapped(explanation.address, "  ")] if explanation.address else ["", "WRITTEN TO THEM"]
    lines += [f"  {show(mail.slot)}  {mail.kind.value}, {mail.state}" for mail in explanation.mails[:_MOST]] or ["  nothing yet"]
    lines += _block("SAID ABOUT THEM", [_said(item.on.isoformat(), item.what, item.state) for item in explanation.said[:_MOST]])
    lines += _block("A RUN TODAY WOULD SAY", explanation.now)
    lines += _block("DUE TO BE SAID NEXT", [f"{show(c.on)}: {c.what} ({c.because})" for c in explanation.coming])
    return "\n".join(lines) + "\n"


def _ready_lines(ready: FirstStart | None) -> list[str]:
    """About when work can begin and what takes longest, as the welcome and the digest print it."""
    if ready is None or ready.bottleneck is None:
        return []
    when = f"Ready about {show(ready.about)}" if ready.about else "When ready cannot be told yet"
    return wrapped(f"{when}. What takes longest: {ready.bottleneck.title}.", "  ")


def _said(on: str, what: str, state: ItemState) -> str:
    return f"{on} {what} ({_STATES[state]})"


def _block(title: str, texts: tuple[str, ...] | list[str]) -> list[str]:
    """A heading and its lines; nothing at all when there is none."""
    lines = [line for text in texts for line in wrapped(text, "  ", 4)]
    return ["", title, *lines] if lines else []


def _above(explanation: Explanation, standing: Standing) -> set[tuple[object, ...]]:
    """What the line of the protocol as a whole said already."""
    whole = (s for s in explanation.standings if s.protocol == standing.protocol and s.task is None)
    return {reason.key for s in whole for reason in s.reasons} if standing.task else set()


def _standing_lines(standing: Standing, above: set[tuple[object, ...]]) -> list[str]:
    where = ", ".join(part for part in (standing.protocol or "no protocol", task_words(standing.task)) if part)
    run = f" ({ahead_words(standing.since, standing.until)})" if standing.since or standing.until else ""
    lines = wrapped(f"{where}: {verdict_words(standing.verdict).upper()}{run}", "  ", 4)
    own = [reason for reason in standing.reasons if reason.key not in above]
    lines += ["    - as for the protocol"] if len(own) < len(standing.reasons) else []
    for reason in own:
        since = f", {ahead_words(reason.since, reason.until)}" if reason.since or reason.until else ""
        lines += wrapped(f"{reason.title}: {status_words(reason.status)}{since}. {reason.sentence}", "    - ", 6)
    for remark in standing.remarks:
        lines += wrapped(remark, "    * ", 6)
    return lines


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
