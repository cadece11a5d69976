"""Whose fault a refusal is, and what follows: every row of a table of real answers, and two further ones of each kind."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.model import Action, Fault, Refusal, Step
from onboard.planning.refusals import answer, lost, no_link, report

FOLDER = Path(__file__).parent / "refusals"
STEPS = {
    "connect": Step.LOGIN, "helo": Step.LOGIN, "starttls": Step.LOGIN, "auth": Step.LOGIN, "mail": Step.SENDER,
    "rcpt": Step.RECIPIENT, "data": Step.OFFER, "end": Step.BODY,
}  # fmt: skip


def understood(stage: str, text: str) -> Refusal:
    """One answer or report as the table writes it: lines of a reply joined by a bar, fields of a report too."""
    if stage == "dsn":
        action, status, diagnostic = (part.strip() for part in text.split("|", 2))
        return report(action, status, diagnostic)
    if text == "(lost)":
        return lost(STEPS[stage], text)
    if text == "(refused)":
        return no_link(text, ours=False)
    lines = text.split("|")
    return answer(STEPS[stage], int(lines[0][:3]), "\n".join(line[4:] for line in lines))


def rows() -> list[dict[str, str]]:
    """The table beside this test."""
    with (FOLDER / "refusals.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_each_answer_is_read_as_the_table_says(row: dict[str, str]) -> None:
    found = understood(row["stage"], row["text"])
    assert found.fault == row["fault"], row["text"]
    assert found.action in row["action"].split("|"), row["text"]


#: Two of each kind that the table above does not hold: kind, stage, text, fault, action.
MORE = (
    ("greeting", "connect", "554 5.7.1 gw.tanaka.example: your host is not allowed here", "ours", "hold"),
    ("greeting", "connect", "421 4.4.0 gw.tanaka.example shutting down", "network", "hold"),
    ("helo", "helo", "550 5.7.1 HELO name is invalid", "ours", "hold"),
    ("helo", "helo", "421 4.3.2 system going down for maintenance", "network", "hold"),
    ("starttls", "starttls", "454 4.7.0 TLS currently unavailable", "network", "hold"),
    ("starttls", "starttls", "503 5.5.1 STARTTLS not offered", "ours", "hold"),
    ("login", "auth", "535 5.7.8 Username and Password not accepted", "ours", "hold"),
    ("login", "auth", "504 5.5.4 Unrecognized authentication type", "ours", "hold"),
    ("sender", "mail", "553 5.1.8 <lab@nowhere.example>: sender domain unknown", "ours", "hold"),
    ("sender", "mail", "451 4.3.0 mail server temporarily rejected message", "network", "hold"),
    ("quota", "rcpt", "550 5.4.5 daily quota of this account used up", "ours", "hold"),
    ("quota", "end", "554 5.2.0 outbound submission limit reached", "ours", "hold"),
    ("late rule", "rcpt", "503 5.5.2 send hello first", "ours", "hold"),
    ("late rule", "rcpt", "550 5.7.1 mail from host 198.51.100.4 rejected: no PTR record", "ours", "hold"),
    ("late rule", "rcpt", "554 5.7.1 Rejected: 198.51.100.4 listed at dnsbl.example", "ours", "hold"),
    ("relay", "rcpt", "550 5.7.1 Unable to relay for eva@other.example", "ours", "hold"),
    ("relay", "rcpt", "550 relaying denied", "ours", "hold"),
    ("address", "rcpt", "550 5.1.1 eva@northlake.example... User unknown", "address", "count"),
    ("address", "rcpt", "550 5.2.1 mailbox disabled, not accepting messages", "address", "count"),
    ("address in words", "rcpt", "550 unknown user", "address", "count"),
    ("address in words", "rcpt", "550 Invalid recipient eva@northlake.example", "address", "count"),
    ("mailbox", "rcpt", "552 5.2.2 over quota", "mailbox", "later"),
    ("mailbox", "rcpt", "550 5.2.1 user is receiving mail at a rate that prevents delivery", "mailbox", "later"),
    ("mailbox", "rcpt", "552 mailbox full", "mailbox", "later"),
    ("their rule", "rcpt", "550 5.7.124 not in the allowed senders list of this group", "ours", "tell"),
    ("their rule", "rcpt", "550 5.7.1 <staff@northlake.example>: closed list", "ours", "tell"),
    ("unknown", "rcpt", "550 5.1.0 no", "unknown", "tell"),
    ("unknown", "end", "554 Transaction failed", "unknown", "tell"),
    ("for now", "rcpt", "450 4.7.1 please try again later, greylisted", "network", "later"),
    ("for now", "rcpt", "451 4.4.3 temporary server error in look-up", "network", "later"),
    ("look-alike", "rcpt", "554 5.7.1 Client host [5.1.1.10] rejected", "ours", "hold"),
    ("look-alike", "rcpt", "550 refused, see ticket 5.1.1", "unknown", "tell"),
    ("data command", "data", "452 4.3.1 no room", "network", "hold"),
    ("data command", "data", "550 5.5.1 no", "unknown", "tell"),
    ("message", "end", "552 5.3.4 message too big", "message", "tell"),
    ("message", "end", "550 5.6.0 improper use of 8-bit data in header", "message", "tell"),
    ("ours at the end", "end", "550 5.7.515 sending domain does not pass", "ours", "hold"),
    ("ours at the end", "end", "554 5.7.1 message has no DKIM signature", "ours", "hold"),
    ("at the end for now", "end", "450 4.3.2 queue full, try later", "network", "later"),
    ("at the end for now", "end", "451 4.6.0 cannot scan now", "network", "later"),
    ("address at the end", "end", "550 5.1.10 recipient not found", "address", "count"),
    ("address at the end", "end", "550 5.1.6 mailbox has moved", "address", "count"),
    ("report: address", "dsn", "failed | 5.1.2 | smtp; 550 5.1.2 bad destination system", "address", "count"),
    ("report: address", "dsn", "failed | 5.0.0 | smtp; 550 5.1.1 unknown user", "address", "count"),
    ("report: mailbox", "dsn", "failed | 5.0.0 | smtp; 552 5.2.2 mailbox is over quota", "mailbox", "tell"),
    ("report: mailbox", "dsn", "failed | 4.2.1 | smtp; 450 4.2.1 mailbox busy", "mailbox", "tell"),
    ("report: ours", "dsn", "failed | 5.7.26 | smtp; 550 5.7.26 SPF check failed", "ours", "tell"),
    ("report: ours", "dsn", "failed | 5.7.606 | smtp; 550 5.7.606 banned sending IP", "ours", "tell"),
    ("report: message", "dsn", "failed | 5.6.3 | smtp; 554 5.6.3 conversion required", "message", "tell"),
    ("report: message", "dsn", "failed | 5.3.4 | x-exim; too large", "message", "tell"),
    ("report: network", "dsn", "failed | 4.4.7 | x-local; gave up after 5 days", "network", "tell"),
    ("report: network", "dsn", "failed | 5.4.4 | smtp; 550 5.4.4 no", "address", "count"),
    ("report: network", "dsn", "failed | 4.0.0 | smtp; 421 closing", "network", "tell"),
    ("report: unknown", "dsn", "failed | 5.1.0 | smtp; 550 5.1.0 refused", "unknown", "tell"),
    ("report: unknown", "dsn", "failed | 5.0.0 | x-unix; exit status 75", "unknown", "tell"),
    ("report: not failed", "dsn", "relayed | 2.0.0 | smtp; 250 ok", "unknown", "nothing"),
    ("report: not failed", "dsn", "delayed | 5.1.1 | smtp; 550 5.1.1 unknown", "address", "nothing"),
)


@pytest.mark.parametrize(("kind", "stage", "text", "fault", "action"), MORE)
def test_further_answers_of_each_kind(kind: str, stage: str, text: str, fault: str, action: str) -> None:
    found = understood(stage, text)
    assert (found.fault, found.action) == (fault, action), text


def test_there_are_two_further_answers_for_each_kind() -> None:
    counted = Counter(kind for kind, *_ in MORE)
    assert {row["kind"] for row in rows()} - {"no answer"} <= set(counted) and min(counted.values()) >= 2


def test_no_number_that_means_two_things_accuses() -> None:
    for status in ("5.1.0", "5.1.7", "5.1.8", "5.1.90", "5.2.2", "5.7.13", "5.7.27", "5.7.30"):
        assert answer(Step.RECIPIENT, 550, f"{status} something").action is not Action.COUNT


def test_the_name_of_a_refusal_stays_while_its_words_change() -> None:
    words = "5.7.57 Client not authenticated to send mail. [DM6PR11CA{}.namprd11.prod.outlook.example]"
    assert len({answer(Step.SENDER, 530, words.format(number)).name for number in range(100)}) == 1


@given(st.sampled_from(list(Step)), st.integers(400, 599), st.text(max_size=80))
def test_every_answer_has_a_meaning_and_only_numbers_or_their_absence_accuse(step: Step, code: int, text: str) -> None:
    found = answer(step, code, text)
    if found.fault is Fault.ADDRESS:
        assert found.weak or found.status.startswith(("5.1.", "5.2.1", "5.7.17", "5.7.18", "5.4."))
        assert step in (Step.RECIPIENT, Step.BODY, Step.REPORT)
