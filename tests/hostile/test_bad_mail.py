"""The mail server on its bad days, met by the real command: nothing lost, nothing twice, and the operator reads what to do."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest

from onboard.sandbox.mail.catcher import MailCatcher, MailFault, Stage
from tests.clocks import NOON, Machine
from tests.hostile.conftest import COORDINATOR, OPERATOR, HostileLab, has_next_step, parsed, text_of, undisturbed
from tests.hostile.test_bad_reads import closed_port

LAYLA, PI = "layla.haddad@northlake.example", "elena.rivera@northlake.example"


def test_a_mail_server_that_is_down_costs_nothing_but_time(lab: HostileLab, good_day: Counter[str]) -> None:
    good, bad = f"port = {lab.catcher.port}\n", f"port = {closed_port()}\n"
    lab.setting(good, bad)
    said = lab.send("send_reminders", code=1)
    assert "127.0.0.1" in said.text and has_next_step(said.text), said.text
    lab.send("send_reminders", code=1)
    lab.setting(bad, good)
    lab.send("send_reminders", code=0)
    readers = lab.readers()
    assert readers[OPERATOR] == 1
    del readers[OPERATOR]
    assert readers == good_day
    lab.send("send_reminders", code=0)
    assert lab.readers() == Counter()


@pytest.mark.parametrize(
    ("stage", "code", "day"),
    [(Stage.CONNECT, None, day) for day in (0, 1, 2, 5, 36)]  # from a Monday on; 36: a Tuesday of December
    + [(Stage.CONNECT, 421, 1), (Stage.HELLO, 554, 2), (Stage.MAIL, 553, 5)],
)
def test_a_server_that_takes_nobody_stops_everything_and_loses_nothing(
    lab: HostileLab, begun: Path, machine: Machine, stage: Stage, code: int | None, day: int
) -> None:
    """Whatever else is due that day: on a Monday the digest, and on a Tuesday the one of Monday that did not go."""
    machine.set(NOON + timedelta(days=day))
    good = undisturbed(begun, lab.home.with_name("good"))
    assert good and set(good.values()) == {1}
    lab.catcher.script.add(MailFault(stage, code, times=None))
    said = lab.send("send_reminders", code=1)
    assert has_next_step(said.text), said.text
    assert lab.readers() == Counter()
    lab.catcher.script.clear()
    lab.onboard("mail", "try")
    lab.onboard("run", "due", "--send")
    mails = [(parseaddr(str(mail["To"]))[1], str(mail["List-Id"]).partition("<")[2].partition(".")[0]) for mail in lab.mails()]
    kinds = set(mails)
    assert len(kinds) == len(mails), "nothing twice"
    # A digest or a worklist of the same day says to its reader what a mail of their own would have said.
    told_so = {reader for reader, kind in kinds if kind in ("digest", "worklist")}
    assert {(reader, "reminder") for reader in good.keys() - told_so} <= kinds
    assert good.keys() & told_so <= {COORDINATOR, PI}
    lab.onboard("run", "due", "--send")
    assert lab.readers() == Counter()


def test_one_address_refused_stops_nobody_else_and_is_not_asked_again(lab: HostileLab, good_day: Counter[str]) -> None:
    lab.catcher.script.add(MailFault(Stage.RECIPIENT, 550, "5.1.1 no such user", address=LAYLA, times=None))
    said = lab.send("send_reminders")
    readers = lab.readers()
    assert readers[LAYLA] == 0 and all(readers[one] == count for one, count in good_day.items() if one != LAYLA), readers
    lab.send("send_worklist")
    (worklist,) = [mail for mail in lab.mails() if "<worklist." in str(mail["List-Id"])]
    assert f"{LAYLA} does not take our mail" in text_of(worklist), said.text
    assert "Correct the address" in text_of(worklist)
    lab.catcher.script.clear()
    lab.send("send_reminders")
    assert lab.readers() == Counter()


def test_one_address_deferred_gets_its_mail_later_once(lab: HostileLab, good_day: Counter[str]) -> None:
    lab.catcher.script.add(MailFault(Stage.RECIPIENT, 450, "4.2.0 greylisted", address=LAYLA, times=None))
    lab.send("send_reminders")
    readers = lab.readers()
    assert readers[LAYLA] == 0 and all(readers[one] == count for one, count in good_day.items() if one != LAYLA)
    assert readers[OPERATOR] == 0


@pytest.mark.parametrize("kept", [True, False], ids=["it had arrived", "it was lost"])
def test_a_link_lost_in_mid_message_is_never_lost_in_silence(lab: HostileLab, good_day: Counter[str], kept: bool) -> None:
    lab.catcher.script.add(MailFault(Stage.BODY, None, after=1, kept=kept))
    said = lab.send("send_reminders")
    lab.onboard("run", "due", "--send")
    mails = lab.mails()
    ids = Counter(str(mail["Message-ID"]) for mail in mails)
    told = [text_of(mail) for mail in mails if OPERATOR in str(mail["To"])]
    people = Counter(
        reader
        for reader in good_day
        if any(reader in str(mail["To"]) and "<worklist." not in str(mail["List-Id"]) for mail in mails)
    )
    missing = set(good_day) - set(people)
    # Either it came (perhaps twice with one Message-ID, shown once), or the operator reads which one did not.
    assert all("may or may not have arrived" in words for words in told), told
    assert not missing or (told and any(one in told[0] for one in missing)), (said.text, missing, told)
    assert max(ids.values()) <= 2


def test_a_password_the_server_refuses_is_not_shown(lab: HostileLab) -> None:
    with MailCatcher(users={"lab": "right-horse-battery"}) as other:
        lab.setting('transport = "relay"', 'transport = "login"')
        lab.setting(f"port = {lab.catcher.port}\n", f'port = {other.port}\nuser = "lab"\nlogin = "basic"\n')
        secrets = lab.home / "secrets.env"
        secrets.write_text(secrets.read_text(encoding="utf-8") + "ONBOARD_MAIL_PASSWORD=wrong-horse-battery\n", encoding="utf-8")
        said = lab.send("send_reminders", code=1)
        assert "wrong-horse" not in said.text and has_next_step(said.text), said.text
        assert not other.messages
    kept = b"".join(path.read_bytes() for path in lab.home.glob("ledger.db*"))
    assert b"wrong-horse" not in kept


def test_every_mail_that_arrives_is_whole(lab: HostileLab) -> None:
    lab.send("send_reminders")
    for caught in lab.catcher.messages:
        mail = parsed(caught.content)
        assert not mail.defects and caught.rcpt_tos == tuple({str(address.addr_spec) for address in mail["To"].addresses})
