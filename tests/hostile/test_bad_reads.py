"""REDCap in every bad mood, met by the real command: nobody is mailed, the operator once, and the next good run catches up."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable

import pytest

from onboard.sandbox.dictionary import parse_csv
from onboard.sandbox.faults import Fault
from onboard.sandbox.rights import Rights
from onboard.shipped import shipped
from tests.hostile.conftest import OPERATOR, HostileLab, has_next_step, text_of


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def unreachable(lab: HostileLab) -> Callable[[], None]:
    good, bad = lab.sample.server.url, f"http://127.0.0.1:{closed_port()}/api/"
    lab.setting(good, bad)
    return lambda: lab.setting(bad, good)


def failing(fault: Fault, content: str | None = None, form: str | None = None) -> Callable[[HostileLab], Callable[[], None]]:
    def spoil(lab: HostileLab) -> Callable[[], None]:
        lab.sample.server.faults.add(fault, content=content, times=None, form=form)
        return lab.sample.server.faults.clear

    return spoil


def with_token(rights: Rights | None) -> Callable[[HostileLab], Callable[[], None]]:
    """Another token in secrets.env: of a user with these rights, or of nobody."""

    def spoil(lab: HostileLab) -> Callable[[], None]:
        path, good = lab.home / "secrets.env", lab.sample.tokens["people"]
        other = lab.sample.projects["people"].add_token(rights=rights) if rights else "0" * 32
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(good, other), encoding="utf-8")
        return lambda: path.write_text(text, encoding="utf-8") and None

    return spoil


def without_field(lab: HostileLab) -> Callable[[], None]:
    """Somebody deleted a field that is read."""
    project = lab.sample.projects["people"]
    good = project.dictionary
    text = shipped("config/redcap_project/people.csv").read_text(encoding="utf-8")
    kept = "".join(line for line in text.splitlines(keepends=True) if not line.lstrip('"').startswith("comp_completed"))
    assert kept != text
    project.replace_dictionary(parse_csv(kept))
    return lambda: project.replace_dictionary(good)


CASES: dict[str, tuple[Callable[[HostileLab], Callable[[], None]], str]] = {
    "port closed": (unreachable, "people"),
    "500 with an empty body": (failing(Fault.SERVER_CRASH), "status 500"),
    "500 at the records only": (failing(Fault.SERVER_CRASH, "record"), "status 500"),
    "an HTML page": (failing(Fault.HTML), "web page"),
    "an HTML page for records": (failing(Fault.HTML, "record"), "web page"),
    "200 with nothing": (failing(Fault.OVERLOAD, "record"), "an empty answer"),
    "cut CSV": (failing(Fault.CUT_OFF, "record"), "cut short"),
    "fewer rows": (failing(Fault.FEWER_ROWS, "record"), "people"),
    "a form without rows": (failing(Fault.LINE_FEED, "record", "hold"), "Form 'hold'"),
    "a form's names alone": (failing(Fault.BARE_HEADER, "record", "completion"), "Form 'completion'"),
    "wrong token": (with_token(None), "token"),
    "missing right": (with_token(Rights(export=False)), "right"),
    "banned": (failing(Fault.BANNED), "banned"),
    "a field is gone": (without_field, "comp_completed"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_read_mails_the_operator_once_and_loses_nothing(lab: HostileLab, good_day: Counter[str], case: str) -> None:
    spoil, word = CASES[case]
    mend = spoil(lab)
    said = lab.send("send_reminders", code=1)
    assert word in said.one_line() and has_next_step(said.text), said.text
    (mail,) = lab.mails()
    assert OPERATOR in str(mail["To"])
    assert word in text_of(mail)
    lab.send("send_reminders", code=1)
    assert lab.readers() == Counter()
    mend()
    lab.send("send_reminders", code=0)
    assert lab.readers() == good_day
    lab.send("send_reminders", code=0)
    assert lab.readers() == Counter()


@pytest.mark.parametrize(("case", "words"), [
    ("port closed", ("status",)), ("an HTML page", ("explain", "haddad")), ("wrong token", ("preview",)),
    ("a field is gone", ("status", "--format", "json")), ("cut CSV", ("start",)), ("banned", ("exposure",)),
    ("a form without rows", ("status",)), ("a form without rows", ("proof", "haddad", "STEP-HF")),
    ("a form's names alone", ("explain", "haddad")),
])  # fmt: skip
def test_a_question_on_a_bad_read_answers_nothing_and_says_why(lab: HostileLab, case: str, words: tuple[str, ...]) -> None:
    spoil, word = CASES[case]
    spoil(lab)
    said = lab.onboard(*words, code=1)
    assert word in said.one_line() and has_next_step(said.text), said.text
    assert "cleared" not in said.text
    assert not lab.mails()
