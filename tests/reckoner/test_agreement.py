"""The product's judge and the brute-force reckoner say the same of random labs, on every edge of theirs and on days between.

`python tests/reckoner/prove.py --days 100000` is the long form of the same.
"""

from __future__ import annotations

import pytest
from compare import Both, compare
from labs import make_lab
from prove import days_of

LABS, SHIPPED, BATCH = 240, 40, 20


@pytest.mark.parametrize(
    ("first", "shipped"), [(n, False) for n in range(0, LABS, BATCH)] + [(n, True) for n in range(0, SHIPPED, BATCH)]
)
def test_rows_findings_and_met_answers_agree(first: int, shipped: bool) -> None:
    for seed in range(first, first + BATCH):
        lab = make_lab(seed, shipped=shipped)
        tally = compare(lab, days_of(lab, 10))
        assert not tally.stories, f"{len(tally.stories)} disagreements; the shortest:\n{min(tally.stories, key=len)}"
        assert tally.row_days > 0


def test_every_scope_that_can_be_asked_has_its_one_finding() -> None:
    for seed in range(60):
        both = Both(make_lab(seed))
        found = [
            (finding.person, both.number[id(finding.requirement)], finding.scope.protocol, finding.scope.task)
            for finding in both.findings
            if id(finding.requirement) in both.number
        ]
        assert len(found) == len(set(found))
        assert set(found) <= both.expected_findings()
        for scope in both.expected_findings() - set(found):
            assert not any(both.is_ever_due(scope, day) for day in both.lab.edges()), scope


def test_the_labs_show_every_word() -> None:
    rows: set[str] = set()
    words: set[str] = set()
    for seed in range(60):
        tally = compare(make_lab(seed), make_lab(seed).edges()[::2])
        rows |= {word for word, times in tally.rows.items() if times}
        words |= {word for word, times in tally.findings.items() if times}
    assert rows == {"cleared", "blocked", "unknown", "not_due"}
    assert words == {"not_due", "waived", "expiring", "current", "pending", "unknown", "expired", "missing"}
