"""Any mail program shows what was meant, and no name can trick a server."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.adapters.mail.mime import ascii_address, build
from onboard.errors import DeliveryError
from onboard.model import Attachment, Message, MessageKind
from onboard.planning.item_keys import part
from tests.pipeline.delivery_cast import AMARA, ELENA, LEILA, reminder

ID = "<0123456789abcdef0123456789abcdef@very-long-name-of-a-department.northlake-university-medical-center.example>"
NOW = datetime(2026, 11, 23, 12, 2, tzinfo=UTC)


def message(subject: str = "GCP ends Fri 18 Dec 2026", text: str = "Hello.\n", html: str = "<p>Hello.</p>", **more) -> Message:
    """A message to Leila, or to somebody of another name."""
    notice = replace(reminder(replace(LEILA, name=more.pop("name", LEILA.name))), kind=more.pop("kind", MessageKind.REMINDER))
    return Message(notice=notice, subject=subject, text=text, html=html, **more)


def wire(mail: Message, to: str = LEILA.address) -> bytes:
    """Its bytes."""
    return build(
        mail, to, ID, NOW, sender="rivera-lab@northlake.example", sender_name="Rivera Lab onboarding",
        reply_to="maria.chen@northlake.example", reply_name="Maria Chen", lab_id="rivera",
    )  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    """As a mail program reads it."""
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage) and not parsed.defects
    return parsed


def test_the_headers_say_who_writes_and_that_no_person_typed_it() -> None:
    mail = read(wire(message()))
    assert mail["From"] == "Rivera Lab onboarding <rivera-lab@northlake.example>"
    assert mail["To"] == "Leila Haddad <leila.haddad@northlake.example>"
    assert mail["Reply-To"] == "Maria Chen <maria.chen@northlake.example>"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Date"] == "Mon, 23 Nov 2026 12:02:00 +0000"
    assert mail["List-Id"] == "Rivera Lab onboarding reminder <reminder.rivera.northlake.example>"


class TestThreads:
    """Mails about one item of one person stand together, and never with somebody else's."""

    @staticmethod
    def refs(*keys: str, reader=LEILA, key: str = "") -> list[str]:
        """What a mail with these items hangs on."""
        given = message()
        notice = replace(reminder(reader, *keys) if keys else replace(reminder(reader), lines=()), key=key)
        mail = read(wire(replace(given, notice=notice), reader.address))
        found = str(mail["References"] or "").split()
        assert (mail["In-Reply-To"] or "") == (found[-1] if found else "")
        return found

    def test_all_tiers_of_an_item_hang_together_and_another_episode_does_not(self) -> None:
        (first,) = self.refs("reminder/5/gcp/-/e1:2026-12-18/30")
        assert (
            self.refs("reminder/5/gcp/-/e1:2026-12-18/7") == [first] == self.refs("reminder/5/gcp/-/e1:2026-12-18/introduction")
        )
        assert self.refs("reminder/5/gcp/-/e2:2029-12-18/30") != [first]
        assert first.endswith("@northlake.example>") and "gcp" not in first, "a header names nobody and nothing"

    def test_a_receipt_and_its_answer_hang_together(self) -> None:
        assert self.refs("receipt/5/completion/5/2/received") == self.refs("receipt/5/completion/5/2/accepted") != []

    def test_a_new_hires_list_is_one_thread(self) -> None:
        assert self.refs(key="welcome/11/a1", reader=AMARA) == self.refs(key="checklist/11/2026-11-30", reader=AMARA) != []

    def test_two_items_stand_in_one_order_whichever_is_more_urgent(self) -> None:
        gcp, hsp = "reminder/5/gcp/-/e1:2026-12-18/30", "reminder/5/hsp/-/e1:2026-12-18/30"
        assert self.refs(gcp, hsp) == self.refs(hsp, gcp) and set(self.refs(gcp)) < set(self.refs(gcp, hsp))

    def test_never_across_people_and_not_in_mails_about_people(self) -> None:
        of_leila = self.refs("reminder/5/gcp/-/e1:2026-12-18/30")
        assert of_leila != self.refs("reminder/11/gcp/-/e1:2026-12-18/30", reader=AMARA)
        assert self.refs("reminder/11/gcp/-/e1:2026-12-18/30") == [], "an item of somebody else in Leila's mail"
        assert self.refs("escalation/5/gcp/-/e1:2026-12-18/pi:1", reader=ELENA) == []

    def test_many_items_and_long_domains_are_folded_and_not_encoded(self) -> None:
        keys = [f"reminder/5/course{n}/-/e1:2026-12-18/30" for n in range(30)]
        raw = wire(replace(message(), notice=reminder(LEILA, *keys)))
        assert len(read(raw)["References"].split()) == 10 and b"=?" not in raw and max(map(len, raw.split(b"\r\n"))) < 130

    @given(st.lists(st.text(max_size=30)), st.text(max_size=8))
    def test_no_key_makes_a_header_that_breaks(self, keys: list[str], person: str) -> None:
        reader = replace(LEILA, record=person)
        lines = [f"reminder/{part(person)}/{key}/1" for key in keys]
        read(wire(replace(message(), notice=reminder(reader, *lines, "x"))))


def test_text_and_html_are_alternatives() -> None:
    mail = read(wire(message(text="Grüße.\n", html="<p>Grüße.</p>")))
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content() == "Grüße.\r\n"
    assert mail.get_body(("html",)).get_content() == "<p>Grüße.</p>\r\n"


def test_identifiers_stay_whole_however_long() -> None:
    raw = wire(message(kind=MessageKind.DIGEST))
    assert f"Message-ID: {ID}\r\n".encode() in raw
    assert b"List-Unsubscribe: <mailto:rivera-lab@northlake.example?subject=stop%20digest>\r\n" in raw


def test_only_what_can_be_stopped_says_so() -> None:
    assert "List-Unsubscribe" not in read(wire(message()))


NAMES = {
    "comma": "Doe, Jane",
    "accents": "Zoë Müller-Łukasiewicz",
    "right to left": "شذى العلي",
    "quotes": 'Robert "Bob" O\'Neil',
    "emoji": "Ana 🧪",
    "looks like an address": "boss@elsewhere.example",
    "200 characters": ("Ann-Sofie Ødegård " * 12).strip(),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_survive(name: str) -> None:
    raw = wire(message(name=name, subject=f"For {name}"))
    assert max(map(len, raw.splitlines())) <= 998
    mail = read(raw)
    (address,) = mail["To"].addresses
    assert address.addr_spec == LEILA.address
    to = next(str(make_header(decode_header(value))) for key, value in email.message_from_bytes(raw).items() if key == "To")
    assert " ".join(name[:200].split())[:150] in " ".join(to.replace('\\"', '"').split())
    assert mail["Subject"] == f"For {name}"


@pytest.mark.parametrize("bad", ["Leila\r\nBcc: all@x.example", "Leila\n\nbody", "Leila\rX: y", "A\u2028B"])
def test_a_line_break_in_a_name_or_subject_is_refused(bad: str) -> None:
    for mail in (message(name=bad), message(subject=bad)):
        with pytest.raises(DeliveryError):
            wire(mail)


def test_half_characters_and_invisible_controls_never_reach_a_server() -> None:
    mail = read(wire(message(subject="GCP\ud83d ends", text="A\x00B\x08\ud83d\n", html="<p>\udc00</p>")))
    assert mail["Subject"] == "GCP\ufffd ends" and mail.get_body(("plain",)).get_content() == "AB\ufffd\r\n"


def test_everything_fits_seven_bits_and_78_columns_of_text() -> None:
    raw = wire(message(text="é" * 3000 + "\n.\n", html="<p>" + "ü" * 3000 + "</p>", subject="É" * 300))
    raw.decode("ascii")
    assert all(len(line) <= 78 for line in raw.splitlines() if not line.lower().startswith((b"message-id", b"list-")))


def test_a_picture_stands_inside_and_a_calendar_beside() -> None:
    picture = Attachment(filename="cleared.png", mime="image/png", content=b"\x89PNG", cid="cleared")
    event = Attachment(filename="due.ics", mime="text/calendar; method=PUBLISH", content="BEGIN:VCALENDAR\r\nX:é\r\n".encode())
    mail = read(wire(message(html="<img src='cid:cleared'>", attachments=(picture, event))))
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "text/calendar",
    ]  # fmt: skip
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert parts["image/png"]["Content-ID"] == "<cleared>" and parts["image/png"].get_content_disposition() == "inline"
    assert parts["text/calendar"].get_param("method") == "PUBLISH"
    assert parts["text/calendar"].get_payload(decode=True).decode() == "BEGIN:VCALENDAR\r\nX:é\r\n"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["due.ics"]


@pytest.mark.parametrize(
    "address",
    ["", "x", "@", "a@", "@b.example", "a@b", "a b@c.example", "a@b..example", "a@b.example,c@d.example", "<a@b.example>",
     "a@b.example\nBcc: c@d.example", "zoë@b.example", '"a b"@c.example', "a@-b.example\t x"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_the_next_step(address: str) -> None:
    with pytest.raises(DeliveryError, match="person form"):
        ascii_address(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (" leila@x.example ", "leila@x.example"),
        ("leila+lab@x.example", "leila+lab@x.example"),
        ("l.o'neil@x.example", "l.o'neil@x.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_addresses_as_they_go_over_the_wire(address: str, expected: str) -> None:
    assert ascii_address(address) == expected


def test_one_mail_has_the_same_bytes_each_time_and_its_text_never_ends_a_part() -> None:
    """What looks like a boundary in the words is still words."""
    first = wire(message(html="<p>Hello.</p>"))
    assert first == wire(message(html="<p>Hello.</p>"))
    boundary = read(first).get_boundary()
    assert boundary is not None and boundary.startswith("=_")
    mail = read(wire(message(text=f"a\n--=_0\n--{boundary[:-1]}\nb\n", html="<p>--=_0\n--=_0--</p>")))
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail.get_body(("html",)).get_content().split() == ["<p>--=_0", "--=_0--</p>"]


def test_html_beyond_ascii_and_in_long_lines_arrives_as_it_was() -> None:
    html = "<p>" + "Łukasz 김민준 = . " * 200 + "</p>\n.\nFrom here  \n"
    raw = wire(message(html=html))
    assert read(raw).get_body(("html",)).get_content().replace("\r\n", "\n") == html
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].splitlines())) <= 78 and raw.isascii()
