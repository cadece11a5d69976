# ruff: noqa: E501
"""What a lab reads when redcap.toml, a token or a file of the home is not as it should be: in plain words, with the next step."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from onboard.adapters.redcap.answers import Answer, Refused, checked
from onboard.config.days_off import work_calendar
from onboard.config.files import placeholders, read_toml
from onboard.config.redcap_toml import load_mapping
from onboard.config.settings import CalendarTable
from onboard.connecting.advice import State, advise, swapped
from onboard.connecting.facts import ProjectFacts
from onboard.connecting.mistakes import mistakes
from onboard.model.mapping import Mapping

ROWS = [
    ("record_id", "staff_info", "text", ""), ("staff_fname", "staff_info", "text", ""), ("b", "irb", "text", ""),
    ("status", "staff_info", "radio", "0, No - left | 1, Yes"), ("est", "irb", "checkbox", "p101, A | p102, B"),
    ("citi_hsp_date", "training", "text", ""),
]  # fmt: skip
DICTIONARY = [
    {"field_name": name, "form_name": form, "field_type": kind, "select_choices_or_calculations": choices}
    for name, form, kind, choices in ROWS
]
PEOPLE = '[tables.people]\ninstrument = "staff_info"\n'


def mapped(text: str) -> Mapping:
    found, wrong = load_mapping(tomllib.loads(text))
    assert wrong == []
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            PEOPLE + '[tables.people.fields]\nname = "{staff_fnam}"\n',
            "redcap.toml, tables.people.fields, name: {staff_fnam} is not a field of form staff_info. Did you mean staff_fname?",
        ),
        (
            PEOPLE + '[tables.people.fields]\nname = "{staff_fname} {b}"\n',
            "redcap.toml, tables.people.fields, name: {staff_fname} is on form staff_info, {b} is on form irb. A join takes "
            "fields of one form.",
        ),
        (
            '[tables.completions]\ninstrument = "training"\neach = { hsp = "hsp", rcr = "rcr" }\nonly_if = "completed"\n'
            '[tables.completions.fields]\ncompleted = "citi_{each}_date"\n' + PEOPLE + '[tables.people.fields]\nname = "staff_fname"\n',
            "redcap.toml, tables.completions, each rcr.fields, completed: citi_{each}_date: no field citi_rcr_date. Take rcr out of "
            "each.",
        ),
        (
            PEOPLE + 'where = { status = ["7"] }\n[tables.people.fields]\nname = "staff_fname"\n',
            "redcap.toml, tables.people.where, status: no choice 7. Known: 0 No - left, 1 Yes.",
        ),
        (
            '[tables.listings]\ninstrument = "irb"\nwhere = { est___p109 = ["1"] }\n[tables.listings.constants]\nprotocol = "A"\n'
            + PEOPLE + '[tables.people.fields]\nname = "staff_fname"\n',
            "redcap.toml, tables.listings.where: est___p109: the checkbox has no choice p109. Known: p101 A, p102 B.",
        ),
    ],
    ids=["unknown in braces", "two forms", "each fits nothing", "no such code", "no such box"],
)  # fmt: skip
def test_what_the_dictionary_contradicts_is_said_with_its_place(text: str, said: str) -> None:
    assert mistakes(mapped(text).sources, DICTIONARY) == (said,)


def test_what_the_dictionary_has_is_no_mistake() -> None:
    text = PEOPLE + 'where = { status = ["0", "1"] }\n[tables.people.fields]\nname = "{staff_fname} {record_id}"\n'
    assert mistakes(mapped(text).sources, DICTIONARY) == ()


def facts(name: str, title: str, form: str, **more: object) -> ProjectFacts:
    dictionary = ({"field_name": "id", "form_name": form}, {"field_name": f"{form}_name", "form_name": form})
    return ProjectFacts(name=name, url="https://x/api/", version="15.0.0", title=title, dictionary=dictionary, **more)  # type: ignore[arg-type]


TWO = (
    '[tables.people]\ninstrument = "person"\n[tables.people.fields]\nname = "person_name"\n'
    '[tables.protocols]\ninstrument = "protocol"\n[tables.protocols.fields]\nnumber = "protocol_name"\n'
)


def test_swapped_tokens_are_called_swapped_with_the_titles_beside() -> None:
    people, protocols = facts("people", "Lab staff", "person"), facts("protocols", "Lab studies", "protocol")
    assert swapped((people, protocols), mapped(TWO)) == ""
    wrong = facts("people", "Lab studies", "protocol"), facts("protocols", "Lab staff", "person")
    assert swapped(wrong, mapped(TWO)) == (
        "The two tokens are swapped: ONBOARD_PEOPLE_TOKEN opens “Lab studies” and ONBOARD_PROTOCOLS_TOKEN opens “Lab staff”. "
        "Exchange them in secrets.env."
    )


@pytest.mark.parametrize(
    ("production", "records", "state"), [(True, 0, State.NOTE), (False, 40, State.NOTE), (False, 0, State.LOOK)]
)
def test_a_form_that_holds_records_is_never_to_be_made_repeating(production: bool, records: int, state: State) -> None:
    rows = TWO + '[tables.listings]\ninstrument = "person"\n[tables.listings.fields]\nprotocol = "person_name"\n'
    found = facts("people", "Lab staff", "person", in_production=production, records=records, repeating_forms=(), repeats=False)
    (one,) = [advice for advice in advise(found, mapped(rows)) if "one row a record" in advice.words]
    assert one.state is state
    assert ("Enable, then Modify" in one.words) == (state is State.LOOK)
    assert ("Do not make a form repeating that holds records" in one.words) == (state is State.NOTE)


def test_a_refused_token_is_first_of_all_mistyped_or_another_project_s() -> None:
    answer = Answer(status=403, headers={"Content-Type": "application/json"}, body=b'{"error":"You do not have permissions"}')
    with pytest.raises(Refused, match="Likely, in this order: the token is mistyped or of another project; the account"):
        checked(answer, "json", "people")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name = “Rivera Lab”", "settings.toml, line 2: has curly quotes, as a word processor writes them. Type straight ones (\"), in"),
        ("hours = 1,5", "settings.toml, line 2: 1,5 has a decimal comma. Write 1.5 with a point, without quotes."),
        ('name = "Rivera', "settings.toml: is not TOML: "),
    ],
)  # fmt: skip
def test_what_a_word_processor_does_to_a_file_is_said_in_plain_words(tmp_path: Path, line: str, said: str) -> None:
    file, found = tmp_path / "settings.toml", list[str]()
    file.write_text(f"[lab]\n{line}\n", encoding="utf-8")
    assert read_toml(file, found) is None
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first,last,note\n12/24/2026,,Eve\n", "'12/24/2026' is a date as Excel saves it, and it may be two days. In Excel, give both"),
        ("first;last;note\n2026-12-24;;Eve\n", "closures.csv: has semicolons between its columns, as Excel saves CSV in some countries."),
        ("first,last,note\nChristmas,,Eve\n", "'Christmas' to 'Christmas' are not dates. Write them like 2026-12-24."),
    ],
)  # fmt: skip
def test_closures_as_excel_saves_them_are_told_as_such(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "closures.csv").write_text(text, encoding="utf-8")
    found: list[str] = []
    work_calendar(CalendarTable(), tmp_path, "settings.toml, [calendar]", found)
    assert len(found) == 1 and said in found[0]


@pytest.mark.parametrize(
    ("zone", "place"), [("EST", "America/New_York"), ("MST", "America/Denver"), ("Etc/GMT+5", "America/New_York")]
)
def test_a_zone_that_moves_no_clock_is_refused_with_a_place(zone: str, place: str) -> None:
    from onboard.config.settings import _zone

    with pytest.raises(ValueError, match=f"{zone!r} moves no clock in summer.*{place!r}".replace("+", r"\+")):
        _zone(zone)
    assert _zone("Europe/Berlin") == "Europe/Berlin"


def test_every_placeholder_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        '[lab]\nsender = "a@change-me.invalid"\ndomains = ["change-me.invalid"]\nname = "X"\n'
    )
    assert placeholders(tmp_path) == ["[lab] sender", "[lab] domains"]


def test_https_at_a_port_of_plain_http_is_called_that() -> None:
    import socket
    import threading

    from pydantic import SecretStr

    from onboard.adapters.redcap.project import GuardedProject, RedcapProject
    from onboard.errors import ReadInDoubt

    door = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        caller, _ = door.accept()
        caller.recv(100)
        caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        caller.close()

    threading.Thread(target=answer, daemon=True).start()
    url = f"https://127.0.0.1:{door.getsockname()[1]}/api/"
    project = RedcapProject(name="people", url=url, token=SecretStr("A" * 32), retries=0)
    with (
        pytest.raises(ReadInDoubt, match="does not speak TLS at that address: it answers plain http"),
        GuardedProject(project) as asked,
    ):
        asked.export_version()
    door.close()
