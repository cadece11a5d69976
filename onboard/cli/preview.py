"""`onboard preview [KIND]`: the mails that would go today, as a page. Decides nothing; sends nothing."""

from __future__ import annotations

from email.utils import make_msgid
from pathlib import Path
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, AsOf, ExportFolder, Home, parse_day
from onboard.cli.output import say
from onboard.errors import ConfigError
from onboard.model import History, MessageKind, Mode, Notice
from onboard.questions.people import find_person


def command(
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help="Only this kind of mail, for example reminder.")] = "",
    person: Annotated[str, typer.Option("--person", metavar="P", help="Only mails to this person.")] = "",
    page: Annotated[Path, typer.Option("--page", metavar="FILE", help="The page to write.")] = Path("preview.html"),
    everything: Annotated[bool, typer.Option("--all", help="As if nothing had ever been said.")] = False,
    home: Home = HERE,
    as_of: AsOf = "",
    export: ExportFolder = None,
) -> None:
    """Show who would get what today: each mail on a phone, on a desktop and in the dark, with its text and headers."""
    from onboard.rendering.pages import preview_page, shown_mail

    if kind and kind not in list(MessageKind):
        raise ConfigError(f"there is no kind of mail {kind!r}. Kinds: {', '.join(MessageKind)}.")
    app = open_app(home, as_of=parse_day(as_of) if as_of else None, export=export)
    notices = [notice for notice in _planned(app, fresh=everything or export is not None) if not kind or notice.kind == kind]
    if person:
        record = find_person(app.assessment, person).record
        notices = [notice for notice in notices if notice.reader.record == record]
    mails = []
    for notice in notices:
        message = app.render(notice)
        raw = app.compose(message, notice.reader.address, make_msgid(domain="preview.invalid"), app.clock.now())
        mails.append(shown_mail(raw, notice.kind.value))
        say(f"{notice.kind.value:12} {notice.reader.name} <{notice.reader.address}>: {message.subject}")
    page.write_text(preview_page(mails, f"{app.lab.name}, {app.today:%d %b %Y}"), encoding="utf-8")
    say(f"{len(mails)} mails. Nothing was sent. Open {page} to read them.")


def _planned(app: App, *, fresh: bool) -> list[Notice]:
    """What every job would say today; with `fresh` as if nothing had been said, yet the tool had started."""
    from onboard.pipeline.plans import PLANS

    mode = app.lab.limits.mode if app.lab.limits.mode is not Mode.DRY else Mode.LIVE
    history = History(started=True) if fresh else app.ledger.history(mode)
    return [notice for plan in PLANS.values() for notice in plan(app.assessment, history, app.lab, app.today, None)]
