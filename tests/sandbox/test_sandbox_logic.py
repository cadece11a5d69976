"""filterLogic, alone and over HTTP."""

from typing import Any

import pytest
import redcap

from onboard.sandbox.logic import LogicError, fields_of, parse

ROW = {"age": "61", "name": "John Lee", "x(1)": "1", "d": "2026-01-01", "e": "2026-01-31", "empty": ""}


def look(event: str, field: str, code: str) -> str:
    """Values of one row; other events hold `other`."""
    return "other" if event else ROW[f"{field}({code})" if code else field]


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("[age] >= 61", True),
        ("[age] > 61", False),
        ("[name] = 'John Lee'", True),
        ('[x(1)] = "1"', True),
        ("[age] <> 61", False),
        ("[age] = '61' and [name] <> ''", True),
        ("[age] = 1 or ([age] = 61 and [x(1)] = 1)", True),
        ("not [age] = 61", False),
        ("[age] + 1 = 62", True),
        ("-[age] < 0", True),
        ("[empty] = ''", True),
        ("[empty] < 5", False),
        ("[base_arm_1][age] = 'other'", True),
        ("datediff([d], [e], 'd') = 30", True),
        ("datediff([e], [d], 'd', 'ymd', true) = -30", True),
        ("datediff([d], [empty], 'd') = ''", True),
        ("[d] < '2026-01-15'", True),
    ],
)
def test_logic_seen_on_live_servers(text: str, passes: bool) -> None:
    assert parse(text)(look) is passes


@pytest.mark.parametrize("text", ["[age] == 61", "[age] >=", "([age] = 1", "age = 1", "[age] = 1 1", "foo([age])", "="])
def test_malformed(text: str) -> None:
    with pytest.raises(LogicError):
        parse(text)


def test_fields_are_found() -> None:
    assert fields_of("[a_arm_1][b] = [c(2)]") == {"b", "c"}


def test_rows_that_pass_are_exported(classic: Any) -> None:
    assert [row["record_id"] for row in classic.pycap.export_records(filter_logic="[age] >= 33")] == ["10"]
    assert [row["record_id"] for row in classic.pycap.export_records(filter_logic="[person_complete]='2'")] == ["10"]
    assert [row["record_id"] for row in classic.pycap.export_records(filter_logic="[tasks(a)] = '1'")] == ["10"]


def test_logic_is_judged_for_each_event(longitudinal: Any) -> None:
    rows = longitudinal.pycap.export_records(filter_logic="[weight] > 71.9")
    assert [(row["record_id"], row["weight"]) for row in rows] == [("2", "80"), ("10", "72")]
    named = longitudinal.pycap.export_records(filter_logic="[enrolment_arm_1][age] = 33 and [weight] <> ''")
    assert [row["weight"] for row in named] == ["71.5", "72"]


@pytest.mark.parametrize("text", ["[age] == 33", "[nobody] = 1"])
def test_malformed_logic_is_an_error(classic: Any, text: str) -> None:
    with pytest.raises(redcap.RedcapError):
        classic.pycap.export_records(filter_logic=text)
