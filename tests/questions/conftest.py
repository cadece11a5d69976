"""One judged lab for all tests of a run: they only read it. The cast lies beside the tests; random labs and the brute-force
reckoner are those of tests/reckoner, whose files import each other by name."""

import sys
from pathlib import Path

import pytest

from onboard.model import Assessment
from tests.questions.cast import judged

sys.path.insert(0, str(Path(__file__).parent.parent / "reckoner"))


@pytest.fixture(scope="session")
def lab() -> Assessment:
    """The lab of the cast as read on Mon 23 Nov 2026."""
    return judged()
