"""End to end on Debian's own mail servers: a mail leaves with STARTTLS and login, is read over IMAP, and one to an address that
does not exist comes back as a real report."""

from __future__ import annotations

import imaplib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.demo_home import make_home
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.imap_bounces import ImapBounces, Mailbox
from onboard.adapters.mail.mime import build
from onboard.adapters.mail.yagmail_mailer import Smtp, Tls, YagmailMailer
from onboard.errors import TransportDown
from onboard.pipeline.bounce_reports import read_report
from onboard.pipeline.bouncing import look
from onboard.pipeline.delivering import drain
from onboard.planning.standing import shut
from onboard.ports import Outgoing
from tests.adapters.mail.postfix import DOMAIN, PASSWORD, University, missing
from tests.pipeline.delivery_cast import LAB as LAB_VALUES
from tests.pipeline.delivery_cast import LIVE, MONDAY, HandClock, outgoing, plain, queue, reminder
from tests.pipeline.test_came_back import FakeMailbox

LAB, LEILA, GONE = (f"{name}@{DOMAIN}" for name in ("rivera-lab", "leila.haddad", "no.longer.here"))
DAY = timedelta(days=1)

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.xdist_group("postfix"),
    pytest.mark.one_date("servers of others live by the machine's clock"),
]


@pytest.fixture(scope="module")
def university() -> Iterator[University]:
    with University() as running:
        yield running


@pytest.fixture
def smtp(university: University) -> Smtp:
    return Smtp(
        host="127.0.0.1", port=university.submission, sender=LAB, tls=Tls.STARTTLS, user=LAB, password=PASSWORD,
        ca_file=university.certificates.authority, timeout=10,
    )  # fmt: skip


@pytest.fixture
def mailbox(university: University) -> Mailbox:
    trusted = university.certificates.authority
    return Mailbox(host="127.0.0.1", port=university.imaps, user=LAB, password=PASSWORD, ca_file=trusted, timeout=10)


@pytest.fixture
def now() -> HandClock:
    """Really now: the servers have their own clocks."""
    return HandClock(at=datetime.now(UTC))


def letter(to: str, key: str, slot: object = MONDAY) -> Outgoing:
    """A real reminder as bytes, with its own Message-ID."""
    blank = outgoing(to, key, slot=slot)
    notice = reminder(replace(reminder().reader, address=to, name="Leïla Haddad"), key)
    mime = build(plain(notice), to, blank.message_id, datetime.now(UTC), sender=LAB, sender_name="Rivera Lab", reply_to=LEILA)
    return replace(blank, mime=mime, envelope_from=LAB)


def imap(university: University, user: str) -> imaplib.IMAP4_SSL:
    """A mail program."""
    context = ssl.create_default_context(cafile=str(university.certificates.authority))
    link = imaplib.IMAP4_SSL("127.0.0.1", university.imaps, ssl_context=context, timeout=10)
    link.login(user, PASSWORD)
    return link


def until(ask: Callable[[], object], seconds: float = 20) -> object:
    """The first answer that is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.2)
    return ask()


def inbox(university: University, user: str) -> list[bytes]:
    """Every mail there, without reading it for its owner."""
    link = imap(university, user)
    link.select("INBOX", readonly=True)
    numbers = link.search(None, "ALL")[1][0].split()
    mails = [link.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
    link.logout()
    return mails


def test_a_mail_leaves_encrypted_and_logged_in_and_is_read_over_imap(
    university: University, smtp: Smtp, sqlite_ledger: SqlLedger, now: HandClock
) -> None:
    mail = letter(LEILA, "reminder/5/gcp/30")
    queue(sqlite_ledger, mail, now=now.at)
    drained = drain(YagmailMailer(smtp), sqlite_ledger, now, LIVE)
    assert [one.state for one in drained.deliveries] == ["sent"] and "queued as" in drained.deliveries[0].detail
    (raw,) = until(lambda: inbox(university, LEILA)) or pytest.fail(university.log())
    read = message_from_bytes(raw, policy=default)
    assert read["Message-ID"] == mail.message_id and read["Return-Path"] == f"<{LAB}>"
    assert read["To"] == f"Leïla Haddad <{LEILA}>" and read["Auto-Submitted"] == "auto-generated"
    assert "with ESMTPSA" in read["Received"], "encrypted and logged in"
    assert read.get_body(("plain",)).get_content().split() == ["Hello."]


def test_an_address_that_does_not_exist_comes_back_twice_and_is_left_alone(
    university: University, smtp: Smtp, mailbox: Mailbox, sqlite_ledger: SqlLedger, now: HandClock
) -> None:
    for number, day in enumerate((MONDAY, MONDAY + DAY), start=1):
        queue(sqlite_ledger, letter(GONE, "reminder/9/gcp/30", day), slot=day, now=now.at)
        assert drain(YagmailMailer(smtp), sqlite_ledger, now, LIVE).deliveries[0].state == "sent", "a relay takes it first"
        reports = until(lambda number=number: len(ImapBounces(mailbox).reports(now.at.date() - DAY)) == number)
        assert reports, university.log()
        found = look(ImapBounces(mailbox), sqlite_ledger, now, LIVE, now.at.date())
        assert found.reports == number and len(found.noted) == 1
        assert not sqlite_ledger.history(LIVE).said("reminder/9/gcp/30")
    assert shut(sqlite_ledger.history(LIVE), GONE, MONDAY + 3 * DAY)
    assert sqlite_ledger.outbox(LIVE) == {"refused": 2}
    link = imap(university, LAB)
    link.select("INBOX", readonly=True)
    assert len(link.search(None, "UNSEEN")[1][0].split()) == 2, "whoever works in the mailbox still sees them as new"
    link.logout()


def test_a_report_finds_its_mail_by_the_address_it_came_to(
    university: University, smtp: Smtp, mailbox: Mailbox, sqlite_ledger: SqlLedger, now: HandClock
) -> None:
    """With an envelope sender of its own for each mail, even a report that holds nothing of the mail tells which it was."""
    mail = letter("nobody.at.all@northlake.example", "reminder/12/gcp/30")
    pattern = replace(LAB_VALUES, sender=LAB, envelope_sender=LAB.replace("@", "+KEY@"))
    own = replace(mail, envelope_from=pattern.envelope_of(mail.message_id))
    assert own.envelope_from == f"rivera-lab+{mail.message_id[1:33]}@{DOMAIN}"
    queue(sqlite_ledger, own, now=now.at)
    assert drain(YagmailMailer(smtp), sqlite_ledger, now, LIVE).deliveries[0].state == "sent"
    source = ImapBounces(replace(mailbox, reports_to="rivera-lab+"))

    def came() -> list[bytes]:
        return [raw for raw in source.reports(now.at.date() - DAY) if own.envelope_from.encode() in raw]

    (raw,) = until(came) or pytest.fail(university.log())
    bare = raw.replace(mail.message_id.encode(), b"<somebody@else>").replace(b"Message-ID: <somebody", b"X-Was: <somebody")
    (bounce,) = read_report(bare)
    assert (bounce.message_id, bounce.key) == ("", mail.message_id[1:33]) and bounce.failed
    found = look(FakeMailbox(mails=[bare]), sqlite_ledger, now, LIVE, now.at.date())
    assert len(found.noted) == 1 and sqlite_ledger.outbox(LIVE) == {"refused": 1}
    assert look(FakeMailbox(mails=[raw]), sqlite_ledger, now, LIVE, now.at.date()).noted == (), "the same mail once"
    source.close()


def test_the_sent_folder_ends_a_doubt(university: University, mailbox: Mailbox) -> None:
    link = imap(university, LAB)
    for number in (1, 2):
        link.append("Sent", "", None, f"Message-ID: <kept{number}@{DOMAIN}>\r\nSubject: x\r\n\r\nx\r\n".encode())
    link.logout()
    asked = [f"<kept1@{DOMAIN}>", f"<never{DOMAIN}@x>", '<odd" OR ALL@x>']
    for box in (mailbox, replace(mailbox, sent_folder="Sent")):
        source = ImapBounces(box)
        assert source.in_sent(asked) == {f"<kept1@{DOMAIN}>"}
        source.close()


def test_a_check_of_the_mailbox_finds_both_folders_and_one_of_the_server_its_sender(mailbox: Mailbox, smtp: Smtp) -> None:
    found = ImapBounces(mailbox).probe()
    assert found == f"{mailbox.where} lets {LAB} in; reports arrive in INBOX, sent mail is kept in Sent"
    with pytest.raises(TransportDown, match="folder Sent Items does not exist"):
        ImapBounces(replace(mailbox, sent_folder="Sent Items")).probe()
    assert YagmailMailer(smtp).probe(LAB) == f"{smtp.where} takes mail from {LAB} (starttls, logged in as {LAB})"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "login was refused"),
        ({"ca_file": None}, "certificate is not trusted"),
        ({"folder": "Nowhere"}, "folder Nowhere does not exist"),
        ({"port": 1}, "does not answer"),
        ({"password": "pässword"}, "beyond ASCII"),
    ],
)
def test_a_mailbox_that_cannot_be_read_says_why(mailbox: Mailbox, change: dict[str, object], words: str) -> None:
    with pytest.raises(TransportDown, match=words) as caught:
        ImapBounces(replace(mailbox, **change)).reports(MONDAY)
    assert "wrong" not in str(caught.value).replace("Wrong", "") and "pässword" not in str(caught.value)
    assert PASSWORD not in repr(mailbox)


@pytest.mark.usefixtures("true_clock")
def test_the_command_reads_the_same_mailbox(university: University, tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_home(home, redcap="https://redcap.northlake.example/api/", host="127.0.0.1", port=university.submission, tokens={})
    box = f'host = "127.0.0.1"\nport = {university.imaps}\nuser = "{LAB}"\nca_file = "{university.certificates.authority}"\n'
    with (home / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[bounces]\n{box}")
    with (home / "secrets.env").open("a", encoding="utf-8") as secrets:
        secrets.write(f"ONBOARD_BOUNCES_PASSWORD='{PASSWORD}'\n")
    said = CliRunner().invoke(app, ["bounces", "--home", str(home)])
    assert said.exit_code == 0, said.output
    assert "delivery reports of the last 14 days read" in said.output


@pytest.mark.parametrize(
    ("change", "words"), [({"password": "wrong"}, "refused"), ({"ca_file": None}, "certificate is not trusted")]
)
def test_a_server_that_takes_no_mail_says_why(
    smtp: Smtp, sqlite_ledger: SqlLedger, now: HandClock, change: dict[str, object], words: str
) -> None:
    queue(sqlite_ledger, letter(LEILA, "r/1"), now=now.at)
    drained = drain(YagmailMailer(replace(smtp, **change)), sqlite_ledger, now, LIVE)
    assert words in drained.down and sqlite_ledger.outbox(LIVE) == {"queued": 1}
