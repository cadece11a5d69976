"""The fault table as people read it: what happened, what was sent, what the ledger says at once and an hour later. Every row is
proved by tests/pipeline/test_fault_table.py against a real SMTP server; this one only prints it, and holds it complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onboard.sandbox.mail.catcher import Stage
from tests.pipeline.test_fault_table import TABLE

#: What the classes and single tests beside the table prove.
_MORE = (
    ("slow answer to the message", "1", "sent 1", "sent 1"),
    ("wrong certificate", "0, no password shown", "queued 2", "queued 2"),
    ("STARTTLS stripped", "0, nothing in clear", "queued 2", "queued 2"),
    ("token expired", "0", "queued 2, no attempt burnt", "queued 2"),
    ("ledger's disk full", "0", "cannot be written: nothing is offered", "-"),
)


def _words(states: Mapping[str, int]) -> str:
    return ", ".join(f"{state} {number}" for state, number in sorted(states.items()))


def test_the_table(record_property: Callable[[str, object], None]) -> None:
    rows = [
        (name, f"{one.arrived[0]}, later {one.arrived[1]}", _words(one.states), _words(one.later)) for name, one in TABLE.items()
    ]
    head = ("two mails, the first meets", "arrived", "the ledger says", "an hour later")
    lines = [f"{a:<38} {b:<21} {c:<38} {d}" for a, b, c, d in (head, *rows, *_MORE)]
    record_property("table", "\n".join(lines))
    struck = {one.stage for one in TABLE.values()}
    assert struck == set(Stage) - {Stage.HELLO}, "every command a server may answer badly"
    for stage in (Stage.MAIL, Stage.RECIPIENT, Stage.DATA, Stage.BODY):
        codes = {one.code // 100 for one in TABLE.values() if one.stage is stage and one.code}
        assert codes == {4, 5}, f"{stage} was tried with a refusal for now and one for good"
