"""Whether the rules were changed for days already judged, unaccepted.

It decides when a run or a question is refused; onboard/judging/rule_changes.py decides what a change is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from onboard.dates import plus_days, show
from onboard.errors import ConfigError, SilentChange
from onboard.judging.rule_changes import RuleChange, days_words, reaching_back, rule_changes
from onboard.model import Mode, Rules
from onboard.ports import Ledger
from onboard.timeline import ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class BackChange:
    """The rules in use against those of the home, where they differ on days that were already judged."""

    old_version: str
    used_from: datetime  # since when the old rules are in use
    new_version: str
    until: date  # the last day already judged, inclusive
    changes: tuple[RuleChange, ...]

    def sentences(self) -> tuple[str, ...]:
        """One a change, with the days already judged on which it bears."""
        after = plus_days(self.until, 1)
        return tuple(f"{change.words} ({days_words(change.before(after))})" for change in self.changes)


def back_change(ledger: Ledger, rules: Rules, rules_of: Callable[[str], Rules], today: date, zone: ZoneInfo) -> BackChange | None:
    """What the lab's rules change on days before `today` that were judged by the rules in use; None when nothing.

    Only live use binds: a trial is there to correct the rules. Days after the last live read were never judged as past ones, so
    they are free to change.
    """
    in_use = ledger.rules_at(mode=Mode.LIVE)
    if in_use is None or in_use[0] == rules.version:
        return None
    last = ledger.last_read(Mode.LIVE, until=datetime.combine(plus_days(today, 1), time.min, tzinfo=zone))
    if last is None:
        return None
    free_from = min(today, plus_days(last.astimezone(zone).date(), 1))
    found = reaching_back(_changes(in_use[1], rules, rules_of), free_from)
    if not found:
        return None
    return BackChange(
        old_version=in_use[0],
        used_from=[one for one in ledger.rules_uses() if one.mode is Mode.LIVE][-1].used_from,
        new_version=rules.version,
        until=plus_days(free_from, -1),
        changes=found,
    )


def _changes(text: str, rules: Rules, rules_of: Callable[[str], Rules]) -> Sequence[RuleChange]:
    try:
        return rule_changes(rules_of(text), rules)
    except ConfigError:
        words = "the stored rules cannot be read by this version of the program, so what changed is not known"
        return [RuleChange(requirement="", words=words, days=ALWAYS)]


def refuse_silent_change(ledger: Ledger, rules: Rules, rules_of: Callable[[str], Rules], today: date, zone: ZoneInfo) -> None:
    """Raise SilentChange where rules changed for days already judged, unaccepted."""
    found = back_change(ledger, rules, rules_of, today, zone)
    if found is None:
        return
    pair = found.old_version, found.new_version
    if any((one.old_version, one.new_version) == pair for one in ledger.accepted_rules()):
        return
    raise SilentChange(_refusal(found, zone))


def _refusal(found: BackChange, zone: ZoneInfo) -> str:
    lines = "\n".join(f"  {n}. {sentence}." for n, sentence in enumerate(found.sentences(), start=1))
    since = show(found.used_from.astimezone(zone).date())
    last, first = found.until.isoformat(), plus_days(found.until, 1).isoformat()
    return (
        f"requirements.toml changes what was asked on days already judged by version {found.old_version}, in use since "
        f"{since}; nothing was judged by the new text and no mail went out.\n{lines}\n"
        f"Two ways on. To change it from now on: restore the old block, write in_force_to = {last} into it, and add a second "
        f"block of the same id with in_force_from = {first}. If it shall hold for the past as well: "
        "`onboard rules accept --why TEXT`, which later proofs print."
    )
