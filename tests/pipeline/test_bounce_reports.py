"""Delivery reports as the usual servers write them: who did not get which mail, and for good or for now."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboard.model import Action
from onboard.pipeline.bounce_reports import read_report
from tests.pipeline import reports
from tests.pipeline.reports import ALL, LEILA, MAIL


@pytest.mark.parametrize("server", ALL)
def test_leilas_address_does_not_exist_whoever_says_so(server: str) -> None:
    (bounce,) = read_report(ALL[server]())
    assert (bounce.message_id, bounce.addresses, bounce.refusal.action) == (MAIL, (LEILA,), Action.COUNT)
    found = bounce.refusal
    assert found.status.startswith("5.1.") and "\n" not in found.words and found.words
    assert bounce.report.startswith("<") and bounce.report != MAIL


@pytest.mark.parametrize(
    ("status", "action", "follows"),
    [("5.1.1", "failed", Action.COUNT), ("5.2.2", "failed", Action.TELL), ("4.4.7", "failed", Action.TELL),
     ("4.4.1", "delayed", Action.NOTHING), ("5.1.1", "delayed", Action.NOTHING), ("2.0.0", "delivered", Action.NOTHING),
     ("2.1.5", "relayed", Action.NOTHING)],
)  # fmt: skip
def test_a_failure_is_a_mail_not_said_and_only_an_address_that_is_no_good_is_counted(
    status: str, action: str, follows: Action
) -> None:
    (bounce,) = read_report(reports.postfix(status=status, action=action))
    assert bounce.refusal.action is follows


def test_an_answer_from_a_person_is_no_report() -> None:
    assert read_report(reports.out_of_office()) == ()


def test_a_forwarded_mail_that_failed_further_on_is_about_the_address_we_wrote_to() -> None:
    raw = reports.postfix().replace(b"Final-Recipient: rfc822; " + LEILA.encode(), b"Final-Recipient: rfc822; l.h@home.example")
    (bounce,) = read_report(raw)
    assert bounce.addresses == (LEILA, "l.h@home.example")


def test_a_report_without_the_mail_still_names_the_address() -> None:
    (bounce,) = read_report(reports.postfix().replace(f"Message-ID: {MAIL}\r\n".encode(), b""))
    assert bounce.message_id == "" and bounce.addresses == (LEILA,) and bounce.failed


def test_a_report_without_a_name_is_known_by_its_bytes() -> None:
    nameless = reports.postfix().replace(b"Message-Id: <20261.4C2D1@relay.northlake.example>\r\n", b"")
    assert read_report(nameless)[0].report == read_report(nameless)[0].report != ""


def test_a_report_cut_short_says_what_it_still_can() -> None:
    raw = reports.postfix()
    (bounce,) = read_report(raw[: raw.index(b"Content-Description: Undelivered")])
    assert bounce.failed and bounce.message_id == ""


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2000), st.sampled_from(sorted(ALL)))
def test_no_mail_of_a_stranger_stops_the_reading(noise: bytes, at: int, server: str) -> None:
    raw = ALL[server]()
    read_report(noise)
    for bounce in read_report(raw[:at] + noise + raw[at:]):
        assert all("@" in address for address in bounce.addresses)
