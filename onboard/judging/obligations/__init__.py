"""Who owes what, with the evidence attached: the last room that sees pandas. Decides on whom a requirement falls and on which
days; judges no evidence (rules/) and rolls nothing up (readiness)."""

from __future__ import annotations

from datetime import date

from onboard.judging.obligations.applicability import PersonObligations
from onboard.judging.obligations.gathering import gather
from onboard.judging.obligations.lab import Lab
from onboard.model import Obligation, Records, Rules

__all__ = ["find_obligations", "gather"]


def find_obligations(records: Records, rules: Rules, read_on: date) -> list[Obligation]:
    """Every obligation of the lab; `read_on` is the local day of the read, after which completions are held back."""
    lab = Lab(records, rules, read_on)
    return [obligation for person in records.people for obligation in PersonObligations(person, lab).obligations()]
