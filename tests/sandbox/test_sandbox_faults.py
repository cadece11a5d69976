"""Bad days: every fault as it looks to a client, and what PyCap makes of it."""

import time
from typing import Any

import pytest
import redcap
import requests

from onboard.sandbox.faults import Fault


@pytest.mark.parametrize(
    ("fault", "status", "phrase"),
    [
        (Fault.BANNED, 200, "has been banned due to suspected abuse"),
        (Fault.OFFLINE, 200, "REDCap is currently offline. Please return at another time."),
        (Fault.CRITICAL_OFFLINE, 200, "CRITICAL ERROR: REDCap server is offline!"),
        (Fault.DATABASE_DOWN, 200, "combination could not connect"),
        (Fault.SERVER_CRASH, 500, ""),
        (Fault.OVERLOAD, 200, ""),
        (Fault.PROXY_TIMEOUT, 504, "Gateway"),
        (Fault.STATUS, 503, "Unavailable"),
        (Fault.PERMISSION_LOST, 403, "You do not have permissions to use the API"),
        (Fault.PROJECT_DELETED, 400, "no longer exists"),
        (Fault.WRONG_PAGE, 404, "404 Not Found"),
        (Fault.TOO_LARGE, 413, "Too Large"),
        (Fault.HTML, 200, "Log In"),
    ],
)
def test_each_fault_strikes_once_and_then_all_is_well(classic: Any, fault: Fault, status: int, phrase: str) -> None:
    classic.server.faults.add(fault, content="record")
    answer = classic.post("record", format="csv")
    assert answer.status_code == status
    assert phrase in answer.text
    if not phrase:
        assert answer.content == b""
    assert classic.post("record", format="csv").text.startswith("record_id,")


def test_a_redirect_leads_pycap_to_a_page(classic: Any) -> None:
    classic.server.faults.add(Fault.REDIRECT, content="record")
    assert classic.post("record", format="csv").text.startswith("<!DOCTYPE html>")


def test_other_calls_are_spared(classic: Any) -> None:
    classic.server.faults.add(Fault.SERVER_CRASH, content="record", project="Another lab")
    classic.server.faults.add(Fault.SERVER_CRASH, content="metadata")
    assert classic.post("record", format="csv").status_code == 200
    assert classic.post("metadata", format="csv").status_code == 500


def test_after_and_times(classic: Any) -> None:
    classic.server.faults.add(Fault.SERVER_CRASH, content="version", after=1, times=2)
    assert [classic.post("version").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_always_until_cleared(classic: Any) -> None:
    classic.server.faults.add(Fault.STATUS, times=None, status=502)
    assert {classic.post("version").status_code for _ in range(3)} == {502}
    classic.server.faults.clear()
    assert classic.post("version").status_code == 200


@pytest.mark.parametrize("form", ["csv", "json"])
def test_fewer_rows_are_well_formed(repeating: Any, form: str) -> None:
    whole = repeating.pycap.export_records()
    assert len(whole) == 5
    repeating.server.faults.add(Fault.FEWER_ROWS, content="record")
    answer = repeating.post("record", format=form)
    assert len(answer.json() if form == "json" else answer.text.splitlines()[1:]) == 2


def test_an_answer_cut_off_says_it_is_whole(classic: Any) -> None:
    whole = classic.post("record", format="csv").content
    classic.server.faults.add(Fault.CUT_OFF, content="record")
    assert classic.post("record", format="csv").content == whole[: len(whole) // 2]


def test_marks_and_missing_charsets(classic: Any) -> None:
    classic.server.faults.add(Fault.BYTE_ORDER_MARK, content="record")
    classic.server.faults.add(Fault.NO_CHARSET, content="record")
    assert classic.post("record", format="csv").content.startswith(b"\xef\xbb\xbfrecord_id,")
    assert classic.post("record", format="csv").headers["Content-Type"] == "text/csv"


def test_a_connection_lost_in_the_middle(classic: Any) -> None:
    classic.server.faults.add(Fault.CONNECTION_LOST, content="record")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        classic.post("record", format="csv")


def test_slow_answers_are_right_but_late(classic: Any) -> None:
    classic.server.faults.add(Fault.SLOW, content="record", delay=0.3, times=2)
    begin = time.monotonic()
    assert classic.post("record", format="csv").text.startswith("record_id,")
    assert time.monotonic() - begin > 0.25
    impatient = redcap.Project(classic.server.url, classic.token, timeout=0.1)
    with pytest.raises(requests.ReadTimeout):
        impatient.export_records(fields=["record_id"], format_type="csv")
        impatient.export_records(fields=["record_id"], format_type="csv")


def test_what_pycap_makes_of_a_crash(classic: Any) -> None:
    classic.server.faults.add(Fault.SERVER_CRASH, content="record", times=2)
    assert classic.pycap.export_records(format_type="csv") == ""
    with pytest.raises(redcap.RedcapError):
        classic.pycap.export_records()


def test_a_fault_on_the_mapping_makes_pycap_think_it_classic(longitudinal: Any) -> None:
    longitudinal.server.faults.add(Fault.PERMISSION_LOST, content="formEventMapping")
    assert longitudinal.pycap.is_longitudinal is False
