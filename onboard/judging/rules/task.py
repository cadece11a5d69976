"""Tasks not allowed for some people (volunteers, visitors, minors).

Only a waiver lifts the block.
"""

from onboard.judging.rules.grounds import finding
from onboard.model import Finding, Obligation


def judge(obligation: Obligation) -> Finding:
    """Return a finding that is never met, except by a waiver.

    That the requirement falls on the person is the whole rule.
    """
    return finding(obligation, [])
