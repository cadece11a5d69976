"""Every fault of a server at every call of a read: the read is never believed. The faults tried are printed as a table."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from onboard.adapters.redcap.project import GuardedProject
from onboard.adapters.redcap.source import RedcapSource
from onboard.adapters.redcap.sure_source import SureSource
from onboard.adapters.system_clock import FixedClock
from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.sandbox.faults import Fault
from onboard.sandbox.server import SandboxServer
from onboard.sandbox.state import Seen
from onboard.shipped import shipped
from tests.connecting.conftest import READ_AT, Served, mapping_of
from tests.connecting.retell import shipped_projects

#: What redcap.toml of the shipped projects asks for, in order.
CALLS = 27
#: Fault, status: everything a server, a proxy or a network may do in place of an answer.
FAULTS = [
    (Fault.BANNED, None),
    (Fault.OFFLINE, None),
    (Fault.CRITICAL_OFFLINE, None),
    (Fault.DATABASE_DOWN, None),
    (Fault.SERVER_CRASH, None),
    (Fault.OVERLOAD, None),
    (Fault.PROXY_TIMEOUT, None),
    (Fault.CONNECTION_LOST, None),
    (Fault.CUT_OFF, None),
    (Fault.FEWER_ROWS, None),
    (Fault.LINE_FEED, None),
    (Fault.BARE_HEADER, None),
    (Fault.SLOW, None),
    *((Fault.STATUS, status) for status in (408, 429, 500, 502, 503, 504)),
    (Fault.PERMISSION_LOST, None),
    (Fault.PROJECT_DELETED, None),
    (Fault.REDIRECT, None),
    (Fault.REDIRECT, 301),
    (Fault.WRONG_PAGE, None),
    (Fault.TOO_LARGE, None),
    (Fault.HTML, None),
]
#: A list without its rows, or half of them, says nothing where there is no list.
UNTOUCHED = dict.fromkeys((Fault.FEWER_ROWS, Fault.BARE_HEADER), ("version", "project"))
#: Odd, but whole: the same words in another dress are read as if nothing were the matter.
HARMLESS = (Fault.BYTE_ORDER_MARK, Fault.NO_CHARSET)
#: Rows that are whole and false are found by comparing reads, an answer without an end by its own test.
ELSEWHERE = (Fault.WRONG_RECORD, Fault.NO_INSTANCE, Fault.TRICKLE)


@pytest.fixture(scope="module")
def lab() -> Iterator[Served]:
    projects = shipped_projects()
    tokens = {name: project.add_token() for name, project in projects.items()}
    with SandboxServer(list(projects.values())) as server:
        yield Served(server, projects, tokens)


@pytest.fixture(scope="module")
def whole(lab: Served) -> tuple[Export, list[Seen]]:
    """A good read, and the calls it made."""
    export = source(lab).fetch({})
    return export, list(lab.server.requests)


def source(lab: Served) -> RedcapSource:
    """The adapter without patience: what would be tried again is at its end at once."""
    reached = [replace(project, retries=0, read_seconds=0.3) for project in lab.reached()]
    return RedcapSource(reached, mapping_of(shipped("config") / "redcap.toml"), FixedClock(READ_AT), lab.pauses.append)


def sure(lab: Served) -> SureSource:
    """The same, held against the last good read."""
    return SureSource(source(lab), {"people.person"})


def test_a_whole_read_is_so_many_calls(whole: tuple[Export, list[Seen]]) -> None:
    assert len(whole[1]) == CALLS


@pytest.mark.parametrize(("fault", "status"), FAULTS, ids=str)
def test_no_fault_at_any_call_is_taken_for_records(
    lab: Served,
    whole: tuple[Export, list[Seen]],
    fault: Fault,
    status: int | None,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    caplog.set_level(logging.DEBUG)
    good, asked = whole
    tried, told = 0, set()
    for number, seen in enumerate(asked):
        if seen.content in UNTOUCHED.get(fault, ()):
            continue
        # From this call on, for good: a fault that passes is tried again and is no fault.
        lab.server.faults.add(fault, times=None, after=number, status=status, delay=1.0 if fault is Fault.SLOW else 0.0)
        with pytest.raises(ReadInDoubt) as caught:
            sure(lab).fetch(good.instruments)
        lab.server.faults.clear()
        tried += 1
        told.add(str(caught.value))
        said = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
        assert not [token for token in lab.tokens.values() if token in said]
        caplog.clear()
    assert sure(lab).fetch(good.instruments).instruments == good.instruments
    name = f"{fault} {status or ''}".strip()
    line = f"{name:<18} at {tried:>2} of {len(asked)} calls   never believed   {sorted(told)[0][:70]}"
    record_property("table", line)


def test_every_fault_is_in_the_table_or_does_no_harm() -> None:
    assert {fault for fault, _ in FAULTS} | set(HARMLESS) | set(ELSEWHERE) == set(Fault)


@pytest.mark.parametrize("fault", HARMLESS, ids=str)
def test_an_odd_answer_to_every_call_is_read_as_it_was_meant(
    lab: Served, whole: tuple[Export, list[Seen]], fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    lab.server.faults.add(fault, times=None)
    found = source(lab).fetch(whole[0].instruments)
    lab.server.faults.clear()
    assert found.instruments == whole[0].instruments
    record_property("table", f"{fault:<18} at {CALLS:>2} of {CALLS} calls   read as it was meant")


def test_no_token_in_any_repr(lab: Served) -> None:
    shown = [repr(lab), repr(lab.reached()), repr(source(lab)), str(vars(source(lab)))]
    with GuardedProject(lab.reached()[0]) as project:
        shown += [repr(project), str(project)]
    assert not [text for text in shown for token in lab.tokens.values() if token in text]
