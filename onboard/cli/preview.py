"""`onboard preview [KIND]`: the mails that would go today, as a page.

It sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Home, day_if_given
from onboard.cli.output import say, writing
from onboard.errors import ConfigError
from onboard.folding import counted
from onboard.model import Held, History, MessageKind, Notice
from onboard.questions.people import find_person

if TYPE_CHECKING:
    from onboard.rendering import ShownMail


def command(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Only this kind of mail, for example reminder.")] = "",
    person: Annotated[str, typer.Option("--person", metavar="PERSON", help="Only mails to this person.")] = "",
    page: Annotated[Path, typer.Option("--page", metavar="FILE", help="The page to write.")] = Path("preview.html"),
    everything: Annotated[bool, typer.Option("--all", help="Ignore what was sent before.")] = False,
    home: Home = HERE,
    as_of: AsOf = "",
    export: ExportFolder = None,
) -> None:
    """Show who would get what today: each mail on a phone, on a desktop and in the dark, with its text and headers."""
    from onboard.rendering.pages import preview_page

    if kind and kind not in list(MessageKind):
        raise ConfigError(f"there is no kind of mail {kind!r}. Kinds: {', '.join(MessageKind)}.")
    app = open_app(home, as_of=day_if_given(as_of), export=export, reads_only=True)
    fresh = everything or export is not None
    planned, held = _planned(app, kind, fresh=fresh)
    notices = [notice for notice in planned if notice.kind == (kind or notice.kind)]
    held = [one for one in held if one.notice.kind == (kind or one.notice.kind)]
    if person:
        record = find_person(app.assessment, person).record
        notices = [notice for notice in notices if notice.reader.record == record]
        held = [one for one in held if one.notice.reader.record == record]
    mails, mistakes = _shown(app, notices)
    with writing(page):
        page.write_text(preview_page(mails, f"{app.lab.name}, {app.today:%d %b %Y}"), encoding="utf-8")
    for mistake in mistakes:
        say(f"! {mistake}.")
    for one in held:
        say(f"held: {one.notice.kind.value} to {one.notice.reader.name}: {one.reason}.")
    if not notices:
        say(_nobody(app, everything=fresh))
    say(f"{counted(len(mails), 'mail')}. Nothing was sent.{f' Open {page} to read them.' if mails else ''}")
    if mistakes:
        raise typer.Exit(1)


def _nobody(app: App, *, everything: bool) -> str:
    """Explain why there is no mail, and which day or option may show some."""
    from onboard.rendering.phrases import day_name

    calendar = app.lab.cadence.calendar
    if not calendar.works(app.today):
        day = calendar.on_or_after(app.today)
        return f"{day_name(app.today)} is not a working day, and no mail is sent. Look at the next one: --as-of {day.isoformat()}"
    tip = (
        "Try --as-of for another day."
        if everything
        else "Try --all, which ignores what was sent before, or --as-of for another day."
    )
    return f"No such mail would go today. {tip}"


def _shown(app: App, notices: Sequence[Notice]) -> tuple[list[ShownMail], list[str]]:
    """The mails as they would leave, and what is wrong with templates: a broken one stops its own kind only."""
    from onboard.rendering.mistakes import TemplateMistake
    from onboard.rendering.pages import shown_mail

    mails, mistakes = [], dict[str, None]()
    for notice in notices:
        try:
            message = app.render(notice)
        except TemplateMistake as mistake:
            mistakes[str(mistake)] = None
            continue
        raw = app.compose(message, notice.reader.address, make_msgid(domain="preview.invalid"), app.clock.now())
        mails.append(shown_mail(raw, notice.kind.value))
        say(f"{notice.kind.value:12} {notice.reader.name} <{notice.reader.address}>: {message.subject}")
    return mails, list(mistakes)


def _planned(app: App, kind: str, *, fresh: bool) -> tuple[list[Notice], list[Held]]:
    """What every job would send and hold today; before go-live what `onboard start --send` would. With `fresh` as if nothing had
    been sent. What no job plans is shown when asked for: introductions, and what the operator would read of a failed read."""
    from onboard.pipeline.troubles import operator_notices, read_failed
    from onboard.planning.reminders import plan_introductions

    if kind == MessageKind.INTRODUCTION:
        return plan_introductions(app.assessment, History(), app.lab, app.today), []
    if kind == MessageKind.OPERATOR:
        trouble = read_failed("An example: REDCap did not answer. The jobs try again until the evening.")
        return operator_notices(app.lab, [("operator/example", trouble)], app.today), []
    decided = [one for _, jobs in app.forecast(fresh=fresh) for one in jobs]
    ceiling = app.lab.limits.ceiling
    return [n for one in decided for n in one.going()], [held for one in decided for held in one.staying(ceiling)]
