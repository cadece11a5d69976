"""What a run prints: a timer's output ends in the machine's log, so nobody's address stands there."""

from __future__ import annotations

import pytest

from jobs.reporting import report_lines, without_addresses
from onboard.model import Held, JobName, Mode, RunReport
from tests.pipeline.delivery_cast import LEILA, MONDAY, reminder

_ID = f"<{'0f' * 16}@northlake.example>"


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("550 5.1.1 <leila.haddad@northlake.example>: no such user", "550 5.1.1 <(address)>: no such user"),
        ("No mail can be made to 'leila@@x': Correct it.", "No mail can be made to '(address)': Correct it."),
        ("write to leila+lab@home.example, then run again.", "write to (address), then run again."),
        (f"look for Message-ID {_ID}; it is", f"look for Message-ID {_ID}; it is"),
        ("nothing here @ all", "nothing here @ all"),
    ],
)
def test_addresses_are_put_out_and_message_ids_stay(said: str, printed: str) -> None:
    assert without_addresses(said) == printed


def test_a_printed_report_holds_no_address() -> None:
    trouble = f"reminder to {LEILA.address}: 554 {LEILA.address} looks like spam"
    report = RunReport(
        job=JobName.REMINDERS, slot=MONDAY, mode=Mode.LIVE, outcome="sent", trouble=(trouble,),
        held=(Held(notice=reminder(LEILA), reason=f"No mail can be made to '{LEILA.address}'"),),
    )  # fmt: skip
    lines = report_lines(report)
    assert len(lines) == 3 and "@" not in "".join(lines) and "looks like spam" in lines[2]
