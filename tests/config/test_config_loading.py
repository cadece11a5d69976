"""A home's files become one Config, or one list of everything that is wrong."""

from __future__ import annotations

import shutil
from datetime import date, time
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from pydantic import ValidationError

from onboard.config import load_config
from onboard.config.settings import _FIXED, LabTable
from onboard.errors import ConfigError
from onboard.model import Cadence, JobName, Mode
from onboard.shipped import shipped

TOKEN = "0123456789abcdef0123456789ABCDEF"


def test_an_empty_home_uses_the_shipped_files_and_is_dry(home):
    config = load_config(home)
    assert config.home == home
    assert config.lab.limits.mode is Mode.DRY
    assert config.mail.transport == "files" and config.mail.folder == home / "mail"
    assert config.ledger_url == f"sqlite:///{home / 'ledger.db'}"
    assert set(config.redcap) == {"people", "protocols"} == set(config.mapping.projects)
    assert config.lab.zone.key == "America/New_York"
    assert config.lab.evening == time(18, 0)


def test_shipped_cadence_and_limits_are_the_defaults_of_the_model(home):
    lab = load_config(home).lab
    same = {name: getattr(lab.cadence, name) for name in Cadence.__slots__ if name != "calendar"}
    assert same == {name: getattr(Cadence(), name) for name in same}
    assert (lab.limits.ceiling, lab.limits.guest_list) == (50, frozenset())


def test_a_file_of_the_home_takes_the_place_of_the_shipped_one(home, change):
    change("settings.toml", 'name = "My Lab"', 'name = "Rivera Lab"')
    change("settings.toml", 'institution = ""', 'institution = "Northlake University"')
    config = load_config(home)
    assert config.lab.name == "Rivera Lab"
    assert config.rules.institution == "Northlake University"
    assert config.schedule[JobName.DIGESTS].at == time(7, 45)


def test_mistakes_of_all_files_come_at_once(home, change, mistakes):
    change("settings.toml", "zone =", "zoen =")
    change("settings.toml", 'mode = "dry"', 'mode = "wet"')
    change("requirements.toml", 'validity = "months:36"', 'validity = "3 years"')
    change("schedule.toml", 'at = "07:15"', 'at = "03:15"')
    change("redcap.toml", 'instrument = "person"', 'instrumnet = "person"')
    told = mistakes()
    assert len(told) == 8, told
    for said in (
        "settings.toml, [lab], zone: is missing",
        "settings.toml, [lab], zoen: is not a known key. Did you mean 'zone'?",
        "settings.toml, [sending], mode: 'wet' is not a known value. Known here: dry, live, trial.",
        "requirements.toml, [[requirement]] 1 (hsp), validity: '3 years' is not a validity policy",
        "schedule.toml, [send_checklists], at: '03:15' is before 04:00",
        "instrumnet",
    ):
        assert any(said in line for line in told), said


def test_the_refusal_counts_and_numbers(home, change):
    change("schedule.toml", "[send_worklist]", "[send_worklists]")
    with pytest.raises(ConfigError) as caught:
        load_config(home)
    assert str(caught.value).splitlines() == [
        f"The configuration of {home} has one mistake; nothing was read and nothing was mailed.",
        "  1. schedule.toml, send_worklists: is not known. Did you mean 'send_worklist'?",
    ]


def test_a_missing_home_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match=r"Folder .*none does not exist.*onboard init"):
        load_config(tmp_path / "none")


@pytest.mark.parametrize("name", ["settings.toml", "requirements.toml", "schedule.toml", "redcap.toml"])
@pytest.mark.parametrize(
    ("content", "said"),
    [(b'a = "open', "is not TOML"), (b"\xff\xfe", "is not UTF-8")],
    ids=["an open quote", "another encoding"],
)
def test_a_file_that_cannot_be_read(home, mistakes, name, content, said):
    (home / name).write_bytes(content)
    assert any(line.strip().split(". ", 1)[1].startswith(f"{name}: {said}") for line in mistakes())


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('contact = "operator', f'token = "{TOKEN}"\ncontact = "operator', "[redcap]"),
        ('phone = ""', f'phone = "{TOKEN}"', "coordinator 1 phone"),
        ('user = ""', 'user = ""\npassword = "swordfish9"', "mail password"),
        ('url = ""', 'url = "postgresql://onboard:swordfish9@db/onboard"', "ledger url"),
        ('proxy = ""', 'proxy = "http://maria:swordfish9@proxy:3128"', "redcap proxy"),
        ("guest_list = []", f'guest_list = ["{TOKEN}"]', "sending guest_list"),
        ('verify = "', 'verify = "https://x.example/export?apikey=swordfish9 ', "lab verify"),
    ],
    ids=["token", "token elsewhere", "password", "database address", "proxy address", "in a list", "key in a link"],
)
def test_a_secret_in_a_file_is_refused_and_never_shown(home, change, mistakes, old, new, where):
    change("settings.toml", old, new)
    told = mistakes()
    assert len(told) == 1 and "looks like a token or password" in told[0] and "secrets.env" in told[0]
    assert where.strip("[]").split()[0] in told[0]
    assert "swordfish9" not in told[0] and TOKEN not in told[0]


def test_a_token_inside_a_wrong_value_is_not_shown(home, change, mistakes):
    change("settings.toml", 'sender = "onboarding@change-me.invalid"', f'sender = "people {TOKEN}"')
    told = mistakes()
    assert "'people (not shown)' is not an e-mail address" in told[0] and TOKEN not in told[0]


def test_a_token_on_a_broken_line_is_not_shown(home, mistakes):
    (home / "settings.toml").write_text(f"[redcap\n{TOKEN}")
    assert TOKEN not in "".join(mistakes())


def test_a_step_that_no_field_feeds_is_a_mistake(home, change, mistakes):
    change("requirements.toml", 'step = "badge"', 'step = "bagde"')
    assert mistakes() == [
        "  1. requirements.toml, [[requirement]] (step_badge), step: redcap.toml maps no step 'bagde'. Did you mean 'badge'?"
    ]


def test_a_demand_without_a_table_of_evidence_is_a_mistake(home, change, mistakes):
    change("requirements.toml", "tracked = false", "tracked = true")
    text = (Path("config/redcap.toml")).read_text()
    start = text.index("[tables.disclosures]")
    (home / "redcap.toml").write_text(text[:start] + text[text.index("[tables.protocols]") :])
    assert "redcap.toml maps no table 'disclosures'. Map it, or write tracked = false." in mistakes()[0]


def test_closures_and_holidays_are_no_working_days(home):
    (home / "closures.csv").write_text("first,last,note\n2026-12-28,2026-12-31,Winter recess\n2027-03-01,,Founders' day\n")
    calendar = load_config(home).lab.cadence.calendar
    assert not calendar.works(date(2026, 11, 26))  # Thanksgiving
    assert [calendar.works(date(2026, 12, day)) for day in (24, 25, 28, 31)] == [True, False, False, False]
    assert not calendar.works(date(2027, 3, 1)) and calendar.works(date(2027, 3, 2))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("from,to\n2026-12-28,2026-12-31\n", "closures.csv: has no column 'first'"),
        ("first,last,note\n28.12.2026,,x\n", "closures.csv, line 2: '28.12.2026' is a date as Excel saves it"),
        ("first,last\n2026-12-31,2026-12-28\n", "closures.csv, line 2: 2026-12-31 to 2026-12-28 is not a closure"),
        ("first,last\n,2026-12-28\n", "closures.csv, line 2: '' to '2026-12-28' are not dates"),
    ],
    ids=["other columns", "another date format", "backwards", "no first day"],
)
def test_a_mistake_in_closures(home, mistakes, content, said):
    (home / "closures.csv").write_text(content)
    assert said in mistakes()[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('country = "US"', 'country = "USA1"', "[calendar], country: 'USA1' is not known"),
        ('subdivision = ""', 'subdivision = "ZZ"', "[calendar], subdivision: 'ZZ' is not a part of US"),
        ('weekend = ["sat", "sun"]', 'weekend = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]', "leaves no working day"),
        ('zone = "America/New_York"', 'zone = "America/NewYork"', "Did you mean 'America/New_York'?"),
        ('url = "https://redcap', 'url = "http://redcap', "[redcap], url: begins with http"),
        ("change-me.invalid/api/", "change-me.invalid/", "does not end with /api/"),
        ("[mail]", '[redcap.urls]\nprotocol = "https://x.example/api/"\n[mail]', "Did you mean 'protocols'?"),
        ('sender = "onboarding@', 'sender = "My Lab <onboarding@', "is not an e-mail address"),
        ('name = "My Lab"', 'name = "My\\nLab"', "[lab], name: must be one line"),
        ('mode = "dry"', 'mode = "trial"', "[sending], trial_address: is missing"),
        ('mode = "dry"', 'mode = "live"', "is a placeholder. Write the real one before mode = 'live'"),
        ('mode = "dry"', 'mode = "live"', "[lab], domains: change-me.invalid is a placeholder."),
        ('transport = "files"', 'transport = "relay"', "[mail], host: is missing"),
        ('ca_file = ""', 'ca_file = "ours.pem"', "there is no file"),
        ("ceiling = 50", "ceiling = 0", "[sending], ceiling: 0 will not do. Write 1 or more."),
        ("new_hire_days = 30", 'new_hire_days = "a month"', "[cadence], new_hire_days: 'a month' will not do."),
        ("[[coordinator]]", "[coordinator]", "must be blocks. Begin each with [[coordinator]]"),
        ("# first = 2026-01-01\n# last = 2026-06-30", "first = 2026-07-01\nlast = 2026-06-30", "lies before first. Swap them"),
        ('id = "my-lab"', 'id = "My Lab"', "[lab], id: 'My Lab' will not do. Write lower-case letters, digits and dashes"),
        ('name = "My Lab"', 'name = ""', "[lab], name: '' will not do. Write something here."),
        ('zone = "America/New_York"', 'zone = "New York"', "Did you mean 'America/New_York'?"),
        ('zone = "America/New_York"', 'zone = "home"', "'home' is not a time zone. Write continent and city"),
        ('evening = "18:00"', "evening = 18", "[lab], evening: 18 is not a time. Write HH:MM, for example '18:00'."),
        ('evening = "18:00"', 'evening = "18:00Z"', "[lab], evening: '18:00:00+00:00' names a zone."),
        ('evening = "18:00"', 'evening = "6pm"', "[lab], evening: '6pm' will not do. Write a time of day"),
        ('domains = ["change-me.invalid"]', 'domains = "change-me.invalid"', "Write a list in brackets"),
        ('proxy = ""', 'proxy = "proxy.example.edu:3128"', "Write an address that begins with http://"),
        ("retries = 3", "retries = 9", "[redcap], retries: 9 will not do. Write 8 or less."),
        ("connect_seconds = 10", "connect_seconds = 0", "[redcap], connect_seconds: 0 will not do. Write more than 0."),
        ("# first = 2026-01-01", 'first = "1 Jan 2026"', "Write a date without quotes, for example 2026-12-07."),
        ('preset = ""', 'preset = "outlook"', "Known here: gmail, m365, relay, blank."),
    ],
)
def test_a_mistake_in_settings(home, change, mistakes, old, new, said):
    change("settings.toml", old, new)
    assert any(said in line for line in mistakes())


def test_a_zone_is_one_of_those_this_machine_lists():
    lab = {"id": "rivera", "name": "Rivera Lab", "sender": "a@b.example", "operator": "a@b.example", "domains": ["b.example"]}
    for zone in available_timezones():
        if zone in _FIXED or zone.startswith(("Etc/GMT+", "Etc/GMT-")):  # no place: they move no clock in summer
            continue
        assert LabTable.model_validate(lab | {"zone": zone}).zone_info().key == zone
    for near in ("America", "America/", "america/new_york", "../UTC", "/etc/localtime", "zone.tab", "right/UTC", "posix/UTC", ""):
        with pytest.raises(ValidationError, match="is not a time zone"):
            LabTable.model_validate(lab | {"zone": near})


def test_a_login_name_that_nobody_would_use_is_a_mistake(home, change, mistakes):
    change("settings.toml", 'transport = "files"', 'transport = "relay"')
    change("settings.toml", 'host = ""                           # mail server', 'host = "relay.northlake.example"')
    change("settings.toml", 'user = ""                           # login name, with', 'user = "lab"  #')
    (said,) = mistakes()
    assert "[mail], user: is not used" in said and "write 'login', or leave user blank" in said


@pytest.mark.parametrize(
    ("written", "kept"),
    [("", ""), ("Bounces+KEY@Northlake.example", "bounces+KEY@northlake.example"), ("KEY@b.northlake.example",) * 2],
)
def test_an_address_of_its_own_for_each_mail_to_come_back_to(home, change, written, kept):
    change("settings.toml", 'envelope_sender = ""', f'envelope_sender = "{written}"')
    lab = load_config(home).lab
    assert lab.envelope_sender == kept
    own = f"{'0f' * 16}"
    assert lab.envelope_of(f"<{own}@x.example>") == (kept.replace("KEY", own) or lab.sender)


@pytest.mark.parametrize(
    "written", ["bounces@northlake.example", "b+KEY+KEY@northlake.example", "b+key@northlake.example", f"{'b' * 33}KEY@n.example",
                "bounces@KEY.example", "KEY", "b KEY@northlake.example"],
)  # fmt: skip
def test_a_key_that_would_not_come_back_is_a_mistake(home, change, mistakes, written):
    change("settings.toml", 'envelope_sender = ""', f'envelope_sender = "{written}"')
    assert any("[mail], envelope_sender" in said for said in mistakes())


def test_a_relay_with_everything_it_needs(home, change):
    change("settings.toml", 'transport = "files"', 'transport = "relay"')
    change("settings.toml", 'host = ""', 'host = "relay.northlake.example"')
    mail = load_config(home).mail
    assert (mail.host, mail.port, mail.tls) == ("relay.northlake.example", 587, "starttls")


@pytest.mark.parametrize(
    ("host", "because", "transport", "said"),
    [
        ("relay.northlake.example", "", "relay", "readable for the network"),
        ("relay.northlake.example", "the relay sits in our own rack", "relay", None),
        ("127.0.0.1", "", "relay", None),
        ("relay.northlake.example", "the relay sits in our own rack", "login", "would show the password"),
    ],
    ids=["no reason", "a reason", "this machine", "with a password"],
)
def test_mail_without_encryption_needs_a_reason_in_words(home, change, mistakes, host, because, transport, said):
    change("settings.toml", 'transport = "files"', f'transport = "{transport}"')
    change("settings.toml", 'host = ""', f'host = "{host}"')
    change("settings.toml", 'tls = "starttls"', 'tls = "none"')
    change("settings.toml", 'user = ""', f'user = "{"lab" if transport == "login" else ""}"')
    change("settings.toml", 'unencrypted_because = ""', f'unencrypted_because = "{because}"')
    if said:
        assert any(said in line for line in mistakes())
    else:
        assert load_config(home).mail.tls == "none"


def test_a_project_may_live_on_another_server(home, change):
    change("settings.toml", "[mail]", '[redcap.urls]\nprotocols = "https://other.example.edu/api/"\n[mail]')
    redcap = load_config(home).redcap
    assert redcap["protocols"].url == "https://other.example.edu/api/"
    assert redcap["people"].url == "https://redcap.change-me.invalid/api/"


def test_the_weekly_digests_day_is_the_schedules(home, change):
    change("schedule.toml", 'days = "mon"\n', 'days = "thu"\n')
    config = load_config(home)
    assert config.lab.cadence.digest_weekday == 3
    assert config.schedule[JobName.DIGESTS].crontab_days() == "thu"


def test_a_config_holds_no_secret_field(home):
    text = repr(load_config(home)).lower()
    assert "password" not in text and "secretstr" not in text


def test_evidence_by_survey_names_a_form_that_is_read(home, change, mistakes):
    config = load_config(home)
    assert config.mapping.hand_in == "completion"
    assert config.for_files().mapping.hand_in == "", "a lab without a file of its own switched nothing on for exports"
    shutil.copyfile(shipped("config") / "redcap.toml", home / "redcap.toml")
    assert load_config(home).for_files().mapping.hand_in == "completion"
    change("redcap.toml", '[hand_in]\ninstrument = "completion"', '[hand_in]\ninstrument = "complition"')
    (told,) = mistakes()[0:]
    assert "redcap.toml, hand_in, instrument: 'complition' is not a form of tables.completions" in told
    assert "Did you mean 'completion'?" in told
    change("redcap.toml", 'instrument = "complition"', 'instrument = ""')
    assert load_config(home).mapping.hand_in_source is None
    change("redcap.toml", '[hand_in]\ninstrument = ""', "")
    assert load_config(home).mapping.hand_in_source is None


def test_one_column_a_course_is_no_form_to_hand_in_on(home, change, mistakes):
    change("redcap.toml", "[tables.completions]\n", '[tables.completions]\nonly_if = "completed"\n')
    assert "not a form of tables.completions, one row each. Map one, or leave it blank." in mistakes()[0]
    change("redcap.toml", "[hand_in]", "[hand_inn]")
    assert "redcap.toml, hand_inn: is not known. Did you mean 'hand_in'?" in mistakes()[0]
