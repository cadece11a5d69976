"""What commands ask of the ledger.

What was known at an instant, which changes of the rules were accepted, since when an item is sent. A lab without a ledger has
no answers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from onboard.app import App
from onboard.errors import OnboardError
from onboard.judging.rule_changes import decision_words

if TYPE_CHECKING:
    from onboard.model import Assessment, Snapshot
    from onboard.questions.proof import Proof


def end_of(app: App, day: date) -> datetime:
    """The first instant after a local day of the lab."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=app.lab.zone)


def as_known_on(app: App, day: date) -> Assessment:
    """The newest good read up to the end of a day, by the rules in use then. Raises OnboardError when there is none."""
    moment = end_of(app, day)
    snapshot = app.ledger.snapshot_at(moment) if app.remembers else None
    if snapshot is None:
        raise OnboardError(f"Nothing was read up to {day}, so nothing was known then. The ledger starts later.")
    return _judged(app, snapshot, moment)


def _judged(app: App, snapshot: Snapshot, moment: datetime) -> Assessment:
    from onboard.config.rules_file import rules_from_text
    from onboard.pipeline.snapshots import cited, export_of

    rules = app.ledger.rules_at(moment)
    return app.judge(export_of(snapshot), rules_from_text(rules[1]) if rules else None, cited(snapshot))


def accepted_on_form(app: App, day: date) -> tuple[frozenset[str], str]:
    """Evidence ids that counted at the read known on a day because the survey form itself said so, as before there were reviews,
    and the sentence that a proof prints of them. None, where reviews decided, or where that form still decides."""
    from onboard.dates import show
    from onboard.model import Checked
    from onboard.pipeline.reviewing import reviews_decide
    from onboard.pipeline.snapshots import export_of
    from onboard.tables import survey_rows

    snapshot, mapping = app.ledger.snapshot_at(end_of(app, day)), app.config.mapping
    export = export_of(snapshot) if snapshot else None
    if export is None or mapping.reviews_on_form or reviews_decide(export, mapping):
        return frozenset(), ""
    rows = survey_rows(export, mapping, app.lab.zone)
    accepted = frozenset(row.at.evidence for row in rows if row.counts_as is Checked.ACCEPTED)
    return accepted, f"was accepted on the survey form, as was usual until {show(_reviews_since(app, day))}"


def _reviews_since(app: App, after: date) -> date:
    """The local day of the first read after a day in which reviews decide; today when none was kept."""
    from onboard.pipeline.reviewing import reviews_decide
    from onboard.pipeline.snapshots import export_of

    def decides(moment: datetime) -> bool:
        snapshot = app.ledger.snapshot_at(moment)
        return snapshot is not None and reviews_decide(export_of(snapshot), app.config.mapping)

    moments = [moment for moment, _ in app.ledger.reads(end_of(app, after))]
    place = bisect_left(moments, True, key=decides)
    return moments[place].astimezone(app.lab.zone).date() if place < len(moments) else app.today


def decisions(app: App, on: date, until: date | None = None) -> tuple[str, ...]:
    """The accepted changes of the past that bear on a day, as sentences; those taken up to `until` where it is given."""
    if not app.remembers:
        return ()
    dated = [(one, one.accepted_at.astimezone(app.lab.zone).date()) for one in app.ledger.accepted_rules()]
    return tuple(decision_words(one, day) for one, day in dated if on < day and (until is None or day <= until))


def said_since(app: App, now: Proof, after: date, ask: Callable[[Assessment], Proof | None]) -> datetime | None:
    """The first of the reads after a day from which on every read says what `now` says; `now`'s own when none did before."""
    since = now.read_at
    for moment, assessment in _reads_back(app, after):
        said = ask(assessment)
        if said is None or not _says_the_same(said, now):
            break
        since = moment
    return since


def _reads_back(app: App, after: date) -> Iterator[tuple[datetime, Assessment]]:
    """The reads after a day, newest first; one judged before is not judged again."""
    judged: dict[tuple[str, str], Assessment] = {}
    for moment, identity in reversed(app.ledger.reads(end_of(app, after))):
        rules = app.ledger.rules_at(moment)
        key = identity, rules[0] if rules else ""
        snapshot = app.ledger.snapshot_at(moment)
        if snapshot is not None:
            if key not in judged:
                judged[key] = _judged(app, snapshot, moment)
            yield moment, judged[key]


def _says_the_same(then: Proof, now: Proof) -> bool:
    from onboard.questions.proof import compare

    return not compare(now, replace(then, rules_version=now.rules_version)).differs
