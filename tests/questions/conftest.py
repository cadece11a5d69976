"""One judged lab for all tests of a run: they only read it. The cast lies beside the tests."""

import pytest

from onboard.model import Assessment
from tests.questions.cast import judged


@pytest.fixture(scope="session")
def lab() -> Assessment:
    """The lab of the cast as read on Mon 23 Nov 2026."""
    return judged()
