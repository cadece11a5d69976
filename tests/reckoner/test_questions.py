"""Random labs: reconcile, exposure, what-if and path say what the reckoner finds day by day.

`python tests/reckoner/prove_questions.py --labs 1000` is the long form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from asked import with_odd_cells
from labs import Lab, make_lab
from prove_questions import compared, exposed, reconciled, walked

#: Question -> labs, and what must have come up among them for the agreement to mean something.
ASKED: dict[Callable[[Lab, Counter[str]], Iterator[str]], tuple[int, tuple[str, ...]]] = {
    reconciled: (
        60,
        (
            "left_listed", "left_delegated", "no_appointment", "appointment_unreadable", "before_first_day", "work_unlisted",
            "listed_untrained", "delegated_before_trained",
        ),
    ),
    exposed: (30, ("entries", "could have worked")),
    compared: (20, ("rows", "gains", "short")),
    walked: (60, ("routes", "acts")),
}  # fmt: skip


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.__name__)
def test_the_product_and_the_reckoner_agree(question: Callable[[Lab, Counter[str]], Iterator[str]]) -> None:
    labs, seen = ASKED[question]
    tally: Counter[str] = Counter()
    for seed in range(labs):
        wrong = list(question(with_odd_cells(make_lab(seed)), tally))
        assert not wrong, f"{len(wrong)} disagreements; the shortest:\n{min(wrong, key=len)}"
    assert {name for name in seen if not any(key.endswith(f": {name}") and count for key, count in tally.items())} == set()
