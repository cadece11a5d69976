"""Every mistake in an expression of redcap.toml: the place first, the next step last."""

from __future__ import annotations

import tomllib

import pytest

from onboard.config.redcap_toml import load_mapping

PEOPLE = '[tables.people]\ninstrument = "staff"\n[tables.people.fields]\nname = "full"\n'


def mistakes(text: str) -> list[str]:
    return load_mapping(tomllib.loads(text))[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'date_order = "american"\n{PEOPLE}', "redcap.toml, date_order: 'american' is none of ymd, mdy, dmy."),
        (f'months = ["tlh"]\n{PEOPLE}', "redcap.toml, months: 'tlh' is none of de, es, fr, it, nl, pt. English is read always."),
        (
            f'person_by = ["record", "login"]\n{PEOPLE}',
            "redcap.toml, person_by: login, but tables.people.fields has no login. Add it, or take it out.",
        ),
        (f'person_by = ["nick"]\n{PEOPLE}', "redcap.toml, person_by: 'nick' is none of record, email, login, name, last_name."),
        (f'protocol_by = ["name"]\n{PEOPLE}', "redcap.toml, protocol_by: 'name' is none of number, code, record."),
        (
            PEOPLE.replace('"staff"\n', '"staff"\nended_if = { state = ["0"] }\n'),
            "redcap.toml, tables.people, ended_if: belongs to tables.appointments.",
        ),
        (
            PEOPLE + '[tables.appointments]\ninstrument = "staff"\n[tables.appointments.fields]\nfirst = "a"\n'
            '[tables.appointments.constants]\nrole = "as_read"\n',
            "redcap.toml, tables.appointments.constants, role: as_read is a day, and role wants one of pi, co_investigator, "
            "coordinator, research_assistant, ....",
        ),
        (
            PEOPLE + '[tables.completions]\ninstrument = "t"\n[tables.completions.fields]\ncompleted = "citi_{each}_date"\n',
            "redcap.toml, tables.completions.fields, completed: {each} is in 'citi_{each}_date', and the block has no each. "
            "Add each, or write the name itself.",
        ),
        (
            PEOPLE + '[tables.completions]\ninstrument = "t"\neach = "hsp"\n[tables.completions.fields]\ncompleted = "{each}"\n',
            "redcap.toml, tables.completions, each: 'hsp' will not do. Write each = { hsp = \"hsp\", gcp = \"gcp\" }, or each = "
            '["1", "2", "3"] where the word is the same.',
        ),
        (
            PEOPLE.replace('"full"', '"{a} {b} {c} {d} {e} {f}"'),
            "redcap.toml, tables.people.fields, name: joins 6 fields. A join takes at most 5.",
        ),
        (
            PEOPLE.replace('"full"', '"{First} name"'),
            "redcap.toml, tables.people.fields, name: '{First} name' will not do. Write field names in braces",
        ),
        (
            PEOPLE.replace('"staff"\n', '"staff"\nprinted_after = "months:36"\n'),
            "redcap.toml, tables.people, printed_after: belongs to tables.completions.",
        ),
        (
            PEOPLE.replace('"staff"\n', '"staff"\nwhere = { state = 1 }\n'),
            "redcap.toml, tables.people.where, state: must be codes in quotes, not 1. Write it like [\"1\", \"2\"].",
        ),
        (
            PEOPLE + '[tables.people.dates]\nname = "mdy"\n',
            "redcap.toml, tables.people.dates, name: holds no day. Did you mean",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(text: str, said: str) -> None:
    found = mistakes(text)
    assert any(one.startswith(said.partition(" Did you mean")[0]) for one in found), found


def test_each_is_written_out_and_later_messages_name_the_real_field() -> None:
    mapping, wrong = load_mapping(
        tomllib.loads(
            PEOPLE + '[[tables.completions]]\ninstrument = "t"\nonly_if = "completed"\neach = { hsp = "one", gcp = "two" }\n'
            '[tables.completions.fields]\ncompleted = "citi_{each}_on"\n[tables.completions.constants]\ngroup = "{as}"\n'
        )
    )
    assert wrong == []
    found = [(s.fields["completed"], s.constants["group"], s.mark, s.templates) for s in mapping.of("completions")]
    assert found == [
        ("citi_hsp_on", "one", "citi_hsp_on", {"citi_hsp_on": "citi_{each}_on"}),
        ("citi_gcp_on", "two", "citi_gcp_on", {"citi_gcp_on": "citi_{each}_on"}),
    ]
