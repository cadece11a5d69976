"""`onboard proof PERSON PROTOCOL`, and which snapshot it reads.

The answer is from onboard/questions/proof.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from onboard.app import App, open_app
from onboard.cli.memory import accepted_on_form, as_known_on, decisions, said_since
from onboard.cli.options import HERE, ExportFolder, Format, Home, Output, day_if_given, parse_day, without_csv
from onboard.cli.output import print_json, say, writing
from onboard.dates import show
from onboard.errors import OnboardError
from onboard.model import Assessment, Person, Protocol, Task
from onboard.model.phrases import joined
from onboard.questions.people import find_person, find_protocol
from onboard.questions.proof import Comparison, Proof, compare, prove
from onboard.questions.proof_words import as_json, as_text, comparison_json, comparison_text, page_context


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, or part of a name or address.")],
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="Number or short code.")],
    task: Annotated[str, typer.Option("--task", metavar="TASK", help="A task, for example consent.")] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day asked about; today when left out.")] = "",
    known_on: Annotated[
        str, typer.Option("--known-on", metavar="DATE", help="Also what was said then, by the records and rules of then.")
    ] = "",
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Also write a page to print.")] = None,
    home: Home = HERE,
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """Was a person cleared for a protocol (and a task) on a day? With every clause and the evidence that decides it."""
    without_csv("proof", output)
    app = open_app(home, export=export)
    day, known = parse_day(on) if on else app.today, day_if_given(known_on)
    answer = _answer(app, person, protocol, _task(task), day, known)
    if output is Format.JSON:
        print_json(app.words(answer.json()))
    else:
        say(app.words(answer.text()).rstrip("\n"))
    if page:
        _write_page(app, page, answer)


_Noun = TypeVar("_Noun", Person, Protocol)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The proof as known now, as said then where that was asked, and words for what was not on record at either time."""

    now: Proof | None
    then: Proof | None = None
    comparison: Comparison | None = None
    absent: str = ""

    def text(self) -> str:
        """Text of at most 100 columns."""
        if self.comparison:
            return comparison_text(self.comparison)
        told = [as_text(proof) for proof in (self.now, self.then) if proof]
        return joined("\n", [*told, *([self.absent] if self.absent else [])])

    def json(self) -> dict[str, object]:
        """The proof alone, or with --known-on `now`, `then` (null when not on record), and what differs."""
        if self.comparison:
            return comparison_json(self.comparison)
        if not self.absent and self.now:
            return as_json(self.now)
        now, then = (as_json(proof) if proof else None for proof in (self.now, self.then))
        return {"now": now, "then": then, "differs": True, "changes": [self.absent], "known_since": None}


def _answer(app: App, person: str, protocol: str, task: Task | None, day: date, known: date | None) -> _Answer:
    if known is None:
        who, where = find_person(app.assessment, person), find_protocol(app.assessment, protocol)
        return _Answer(_proof(app, app.assessment, who, where, task, day))
    before = as_known_on(app, known)
    who = _in_either(find_person, app.assessment, before, person)
    where = _in_either(find_protocol, app.assessment, before, protocol)

    def ask(assessment: Assessment, until: date | None = None) -> Proof | None:
        return _proof(app, assessment, who, where, task, day, until)

    now, then = ask(app.assessment), ask(before, known)
    accepted = _acceptance(app, then, known) if then else ()
    if now and then:
        differs = compare(now, then).differs
        # where both say the same, the one that is printed says how it was accepted then
        now = now if differs else replace(now, decisions=(*now.decisions, *accepted))
        then = replace(then, decisions=(*then.decisions, *accepted))
        since = said_since(app, now, known, ask) if differs else None
        return _Answer(now, then, compare(now, then, since))
    then = replace(then, decisions=(*then.decisions, *accepted)) if then else None
    return _Answer(now, then, None, _absent(app, before, who, where, known, "then" if now else "now"))


def _in_either(find: Callable[[Assessment, str], _Noun], now: Assessment, then: Assessment, text: str) -> _Noun:
    """Return the person a text means now, else among those once on record."""
    try:
        return find(now, text)
    except OnboardError as error:
        with suppress(OnboardError):
            return find(then, text)
        raise error


def _proof(
    app: App,
    assessment: Assessment,
    who: Person,
    where: Protocol,
    task: Task | None,
    day: date,
    until: date | None = None,
) -> Proof | None:
    """The proof by one assessment; None when it does not know the person or the protocol."""
    if who.record not in assessment.people or where.record not in assessment.protocols:
        return None
    return prove(assessment, who.record, where.record, task, day, decisions(app, day, until))


def _acceptance(app: App, then: Proof, known: date) -> tuple[str, ...]:
    """How the evidence of a proof had been accepted that was given before reviews decided; nothing where they did."""
    accepted, words = accepted_on_form(app, known)
    cited = sorted({one for clause in then.clauses for one in clause.evidence if one in accepted})
    return (f"As known on {show(known)}, {', '.join(cited)} {words}.",) if cited else ()


def _absent(app: App, before: Assessment, who: Person, where: Protocol, known: date, when: str) -> str:
    """Which of the two was not on record, then or now."""
    assessment = before if when == "then" else app.assessment
    missing = [who.label] if who.record not in assessment.people else []
    missing += [where.label] if where.record not in assessment.protocols else []
    named = " and ".join(missing)
    if when == "then":
        read = assessment.read_at.astimezone(app.lab.zone)
        return f"As known on {show(known)} (read {read:%Y-%m-%d %H:%M}): {named} was not on record, so nothing was said."
    return f"Now {named} is not on record any more; the above is what was said on {show(known)}."


def _write_page(app: App, page: Path, answer: _Answer) -> None:
    from onboard.rendering.pages import render_page

    shown = answer.now or answer.then
    if shown is None:
        raise OnboardError(f"No proof was written to {page}: {answer.absent}")
    changes = answer.comparison.changes if answer.comparison else (answer.absent,) if answer.absent else ()
    then = answer.then if answer.now else None
    with writing(page):
        page.write_text(render_page("proof.html", **app.words(page_context(shown, then, changes))), encoding="utf-8")
    say(f"Wrote {page}.")


def _task(text: str) -> Task | None:
    if not text:
        return None
    if text not in list(Task):
        raise OnboardError(f"There is no task {text!r}. Tasks: {', '.join(Task)}.")
    return Task(text)
