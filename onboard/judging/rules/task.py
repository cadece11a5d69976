"""Tasks not allowed for some people (volunteers, visitors, minors). Decides that only a waiver lifts the block."""

from onboard.judging.rules.grounds import finding
from onboard.model import Finding, Obligation


def judge(obligation: Obligation) -> Finding:
    """Never met, except by a waiver: falling on somebody is the whole rule."""
    return finding(obligation, [])
