"""The short form of the crash proof; the long one is ``python -m tests.pipeline.crash``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.adapters.ledger.private_postgres import missing


@pytest.mark.one_date("processes that are killed live by the machine's clock, and by nothing else")
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_killed_senders_lose_nothing_and_double_nothing(database: str) -> None:
    if database == "postgresql" and missing():
        pytest.skip(missing())
    words = ["--messages", "240", "--kills", "8", "--database", database]
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.crash", *words], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("8 kills") == 2 and done.stdout.count("lost 0") == 2
    assert done.stdout.count("doubts left 0") == 2
