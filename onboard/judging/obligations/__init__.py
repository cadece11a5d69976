"""Obligations: who owes what and on which days, with the evidence attached.

This is the last package that handles pandas frames. It decides on whom a requirement falls; rules/ judges the evidence, and
readiness.py combines the findings.
"""

from __future__ import annotations

from datetime import date

from onboard.judging.obligations.applicability import PersonObligations
from onboard.judging.obligations.gathering import gather
from onboard.judging.obligations.lab import Lab
from onboard.model import Obligation, Records, Rules

__all__ = ["find_obligations", "gather"]


def find_obligations(records: Records, rules: Rules, read_on: date) -> list[Obligation]:
    """Return every obligation of the lab.

    `read_on` is the local day of the read; later completions are held back.
    """
    lab = Lab(records, rules, read_on)
    return [obligation for person in records.people for obligation in PersonObligations(person, lab).obligations()]
