"""Write-back: only our own fields, only what changed, read back; blanks are blanks, locked records are skipped and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.due import run_due
from jobs.upkeep import after, write_back
from onboard.adapters.redcap.writer import RedcapWriter
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.config.loading import load_config
from onboard.errors import ConfigError, ReadInDoubt
from onboard.model import History, MailRecord, MessageKind, Mode
from onboard.pipeline.tools import never
from onboard.planning.writeback import WriteTarget, plan_writes
from onboard.ports import RecordChange
from onboard.sandbox.design import Event
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.shipped import shipped
from tests.beginnings import note_what_is_true
from tests.clocks import NOON
from tests.connecting.conftest import READ_AT, Served, make_home
from tests.connecting.retell import PEOPLE_REPEAT, Projects, lab_rows, shipped_projects

MONDAY = date(2026, 11, 23)
#: Nine in the morning where the lab is: every job waits.
MORNING = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
FIELDS = ("ob_readiness", "ob_blockers", "ob_ready_until", "ob_last_mail")
FORM = (
    "ob_readiness,onboard_status,,dropdown,Records,\"cleared, Complete | blocked, Incomplete | unknown, Unknown\",,,,,,,,,,,,\n"
    "ob_blockers,onboard_status,,notes,What is missing,,,,,,,,,,,,,\n"
    "ob_ready_until,onboard_status,,text,Complete until,,,date_ymd,,,,,,,,,,\n"
    "ob_last_mail,onboard_status,,text,Last mail,,,date_ymd,,,,,,,,,,\n"
)  # fmt: skip
WRITES = Rights(import_=True)
ON = "[writeback]\nenabled = true\n"
TARGET = WriteTarget(
    project="people",
    instrument="onboard_status",
    event="",
    fields=dict(zip(("readiness", "blockers", "ready_until", "last_mail"), FIELDS, strict=True)),
)


def with_form(today: date = MONDAY) -> Projects:
    """The shipped projects as of `today`; people also have the program's own form."""
    dictionary = (shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")
    people = Project("People", dictionary.rstrip("\n") + "\n" + FORM, repeating=PEOPLE_REPEAT, surveys=["completion"])
    for row in lab_rows(today)[0]:
        people.put(row.record, row.form, row.values, row.instance, row.complete)
    return {"people": people, "protocols": shipped_projects()["protocols"]}


def writer(served: Served, event: str = "") -> RedcapWriter:
    (project,) = (one for one in served.reached() if one.name == "people")
    return RedcapWriter(project, "onboard_status", FIELDS, event, served.pauses.append)


def stored(served: Served, record: str) -> dict[str, str]:
    """Everything of a record that is not blank, by column."""
    places = served.projects["people"].records[record].values()
    return {name: value for row in places for name, value in row.items() if value}


def opened(served: Served, tmp_path: Path, more: str = ON, at: datetime = READ_AT) -> tuple[Path, App]:
    home = make_home(tmp_path / "home", served.server.url, served.tokens, more=more)
    return home, open_app(home, clock=FixedClock(at))


# What to write --------------------------------------------------------------------------------------------------------


def test_what_is_said_of_people(serve: Callable[..., Served], tmp_path: Path) -> None:
    _, lab = opened(serve(with_form(), WRITES), tmp_path)
    mail = MailRecord(kind=MessageKind.REMINDER, reader="x", person="5", slot=MONDAY, state="sent")
    late = MailRecord(kind=MessageKind.REMINDER, reader="x", person="5", slot=date(2026, 11, 24), state="queued")
    blank = {record: dict.fromkeys(FIELDS, "") for record in lab.assessment.people}
    changes = plan_writes(lab.assessment, History(mails=(mail, late)), TARGET, blank, MONDAY)
    said = {change.record: change.values for change in changes}
    # Layla Haddad's GCP expired four days ago on the trial.
    assert said["5"]["ob_readiness"] == "blocked" and said["5"]["ob_last_mail"] == "2026-11-23"
    assert "STEP-HF: " in said["5"]["ob_blockers"] and "expired since" in said["5"]["ob_blockers"]
    # Wei Zhang is cleared on the chart review until the human subjects course ends.
    assert said["16"]["ob_readiness"] == "cleared" and said["16"]["ob_ready_until"] > "2026-11-23"
    assert "ob_blockers" not in said["16"] and "ob_last_mail" not in said["16"]
    # Lucía Ortiz has left: nothing is due, nothing is said.
    assert "10" not in said


def test_only_what_changed_and_only_records_that_are_there(serve: Callable[..., Served], tmp_path: Path) -> None:
    _, lab = opened(serve(with_form(), WRITES), tmp_path)
    blank = {"16": dict.fromkeys(FIELDS, "")}
    (first,) = plan_writes(lab.assessment, History(), TARGET, blank, MONDAY)
    assert plan_writes(lab.assessment, History(), TARGET, {"16": {**blank["16"], **first.values}}, MONDAY) == ()
    # The words of last week are blanked.
    stale = {"16": {**blank["16"], **first.values, "ob_blockers": "STEP-HF: GCP training expired"}}
    assert plan_writes(lab.assessment, History(), TARGET, stale, MONDAY) == (
        RecordChange(record="16", values={"ob_blockers": ""}),
    )


def test_only_the_fields_that_the_lab_named(serve: Callable[..., Served], tmp_path: Path) -> None:
    _, lab = opened(serve(with_form(), WRITES), tmp_path)
    target = WriteTarget(project="people", instrument="onboard_status", event="", fields={"readiness": "ob_readiness"})
    changes = plan_writes(lab.assessment, History(), target, {"5": {"ob_readiness": ""}}, MONDAY)
    assert changes == (RecordChange(record="5", values={"ob_readiness": "blocked"}),)


# How it is written ----------------------------------------------------------------------------------------------------


def test_written_values_are_read_back_and_nothing_else_moves(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    before = stored(served, "5")
    (one,) = writer(served).write([RecordChange(record="5", values={"ob_readiness": "blocked", "ob_last_mail": "2026-11-23"})])
    assert (one.record, one.state, one.words) == ("5", "written", "")
    after = stored(served, "5")
    assert {name: after[name] for name in after if not name.startswith(("ob_", "onboard_"))} == before
    assert writer(served).current()["5"] == {
        "ob_readiness": "blocked", "ob_blockers": "", "ob_ready_until": "", "ob_last_mail": "2026-11-23",
    }  # fmt: skip


def test_a_cleared_field_is_really_blank(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    served.projects["people"].put("5", "onboard_status", {"ob_blockers": "old words", "ob_readiness": "blocked"})
    (one,) = writer(served).write([RecordChange(record="5", values={"ob_blockers": ""})])
    assert one.state == "written"
    found = stored(served, "5")
    assert "ob_blockers" not in found and found["ob_readiness"] == "blocked"


def test_a_locked_record_is_skipped_and_hides_no_other(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    served.projects["people"].locked = {"5", "9"}
    changes = [RecordChange(record=str(n), values={"ob_readiness": "unknown"}) for n in range(1, 17)]
    states = {one.record: one for one in writer(served).write(changes)}
    assert {record for record, one in states.items() if one.state == "locked"} == {"5", "9"}
    assert {record for record, one in states.items() if one.state == "written"} == set(states) - {"5", "9"}
    assert states["5"].words == "The record is locked in REDCap. It was skipped."
    assert "ob_readiness" not in stored(served, "5")


def test_a_value_the_form_refuses_is_told_in_redcaps_words(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    bad = RecordChange(record="5", values={"ob_readiness": "splendid"})
    good = RecordChange(record="6", values={"ob_readiness": "cleared"})
    refused, written = writer(served).write([bad, good])
    assert refused.state == "refused" and "not a valid category for ob_readiness" in refused.words
    assert written.state == "written"


def test_when_everything_is_refused_the_server_is_not_asked_forever(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    changes = [RecordChange(record=str(n), values={"ob_readiness": "splendid"}) for n in range(1, 17)]
    states = writer(served).write(changes)
    assert {one.state for one in states} == {"refused"}
    assert sum("Not tried" in one.words for one in states) == 11


def test_what_is_not_read_back_does_not_count(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    # The server takes it, and shows something else: a date with another separator.
    (one,) = writer(served).write([RecordChange(record="5", values={"ob_last_mail": "2026/11/23"})])
    assert one.state == "unconfirmed" and "ob_last_mail holds something else" in one.words


def test_a_field_that_is_not_ours_is_never_sent(serve: Callable[..., Served]) -> None:
    served = serve(with_form(), WRITES)
    with pytest.raises(ValueError, match="not fields of ours: full_name"):
        writer(served).write([RecordChange(record="5", values={"full_name": "Nobody"})])
    assert not [seen for seen in served.server.requests if "data" in seen.params]


TROUBLE = [Fault.CONNECTION_LOST, Fault.SERVER_CRASH, Fault.BANNED, Fault.LINE_FEED, Fault.BARE_HEADER]


@pytest.mark.parametrize("fault", TROUBLE)
def test_a_server_in_trouble_ends_it_and_nothing_is_sent_twice(serve: Callable[..., Served], fault: Fault) -> None:
    served = serve(with_form(), WRITES)
    served.server.faults.add(fault, content="record", times=None)
    with pytest.raises(ReadInDoubt):
        writer(served).write([RecordChange(record="5", values={"ob_readiness": "blocked"})])
    assert sum("data" in seen.params for seen in served.server.requests) == 1


def test_without_the_right_to_import_nothing_is_tried_one_by_one(serve: Callable[..., Served]) -> None:
    served = serve(with_form())
    with pytest.raises(ReadInDoubt, match=r"lacks a right .*API Import/Update"):
        writer(served).write([RecordChange(record=str(n), values={"ob_readiness": "blocked"}) for n in range(1, 9)])
    assert sum("data" in seen.params for seen in served.server.requests) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("ob_blockers", "ob_reasons"), "has no field 'ob_blockers'"),
        (lambda text: text.replace("onboard_status,,notes", "onboard_status,,file"), "'ob_blockers' is a file"),
        (lambda text: text.replace("ob_last_mail,onboard_status", "ob_last_mail,other_form"), "has no field 'ob_last_mail'"),
    ],
    ids=["not there", "not a text", "on another form"],
)
def test_a_form_that_does_not_fit_is_named(serve: Callable[..., Served], change: Callable[[str], str], said: str) -> None:
    dictionary = (shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")
    served = serve({"people": Project("People", dictionary.rstrip("\n") + "\n" + change(FORM), surveys=["completion"])}, WRITES)
    with pytest.raises(ReadInDoubt, match=said):
        writer(served).current()


def test_a_form_that_repeats_has_no_one_place(serve: Callable[..., Served]) -> None:
    projects = with_form()
    projects["people"].design.repeats += Project(
        "x", "field_name,form_name,field_type\nid,onboard_status,text\n", repeating=["onboard_status"]
    ).design.repeats
    projects["people"].put("5", "onboard_status", {"ob_readiness": "blocked"}, instance=1)
    with pytest.raises(ReadInDoubt, match="repeats, so there is no one place"):
        writer(serve(projects, WRITES)).current()


def test_in_a_longitudinal_project_it_goes_to_its_event(serve: Callable[..., Served]) -> None:
    header = "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,field_note,"
    header += "text_validation_type_or_show_slider_number,a,b,c,d,e,f,g,h,i,j\n"
    dictionary = header.replace(",a,b,c,d,e,f,g,h,i,j", "") + "id,card,,text,ID,,,\n" + FORM.replace(",,,,,,,,,,\n", "\n")
    events = [Event(name="Card", forms=("card",)), Event(name="Status", forms=("onboard_status",))]
    people = Project("People", dictionary, events=events, surveys=["completion"])
    people.put("1", "card", {}, event="card_arm_1")
    people.put("1", "onboard_status", {"ob_readiness": "unknown"}, event="status_arm_1")
    served = serve({"people": people}, WRITES)
    assert writer(served, "status_arm_1").current()["1"]["ob_readiness"] == "unknown"
    (one,) = writer(served, "status_arm_1").write([RecordChange(record="1", values={"ob_readiness": "cleared"})])
    assert one.state == "written" and stored(served, "1")["ob_readiness"] == "cleared"


# The setting ----------------------------------------------------------------------------------------------------------


def test_it_is_off_by_default(tmp_path: Path) -> None:
    home = make_home(tmp_path, "https://redcap.northlake.example/api/", {})
    assert load_config(home).writeback is None
    result = CliRunner().invoke(app, ["writeback", "--home", str(home)])
    assert "write-back is off" in str(result.exception)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('readiness = "full_name"', "'full_name' belongs to the lab's people"),
        ('last_mail = "person_complete"', "'person_complete' belongs to the lab's people"),
        ('last_mail = "ob_blockers"', "ob_blockers is named twice"),
        ('project = "protocols"', "'protocols' holds no people. Known here: people."),
        ('readiness = ""\nblockers = ""\nready_until = ""\nlast_mail = ""', "names no field"),
        ('redyness = "x"', "redyness: is not a known key. Did you mean 'readiness'?"),
    ],
    ids=["a field that is read", "a form's status", "twice", "no people there", "nothing", "a typing error"],
)
def test_a_setting_that_could_harm_is_refused(tmp_path: Path, more: str, said: str) -> None:
    home = make_home(tmp_path, "https://redcap.northlake.example/api/", {}, more=f"{ON}{more}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(home)
    assert said in str(caught.value)


# The command ----------------------------------------------------------------------------------------------------------


def onboard(home: Path, *more: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["writeback", "--home", str(home), *more], env={"COLUMNS": "300"})
    assert result.exit_code == code, result.output + repr(result.exception)
    return " ".join(result.output.split())


def test_dry_first_then_written_then_nothing_left(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(with_form(NOON.date()), WRITES)
    home = make_home(tmp_path / "home", served.server.url, served.tokens, more=ON)
    shown = onboard(home)
    assert "would be written" in shown and "Nothing was written." in shown
    assert not [seen for seen in served.server.requests if "data" in seen.params]
    served.projects["people"].locked = {"6"}
    said = onboard(home, "--send", code=1)
    assert "Kenji Tanaka (6): locked. The record is locked in REDCap. It was skipped." in said
    served.projects["people"].locked = set()
    assert "1 of 1 records written and read back." in onboard(home, "--send")
    assert onboard(home, "--send") == "REDCap says already what would be written."


def test_only_a_live_lab_writes(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(with_form(), WRITES)
    home, _ = opened(served, tmp_path)
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace('mode = "live"', 'mode = "dry"'))
    result = CliRunner().invoke(app, ["writeback", "--home", str(home), "--send"])
    assert "only a live lab writes into REDCap" in str(result.exception)
    assert "would be written" in onboard(home)


# After a good run -----------------------------------------------------------------------------------------------------


def test_a_good_run_writes_and_the_next_finds_nothing_to_write(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(with_form(), WRITES)
    _, lab = opened(served, tmp_path, at=MORNING)
    note_what_is_true(lab, lab.today)
    reports = run_due(lab, Mode.LIVE, never)
    assert "ob_readiness" not in stored(served, "5")
    after(lab, reports)
    assert stored(served, "5")["ob_readiness"] == "blocked" and stored(served, "16")["ob_readiness"] == "cleared"
    assert write_back(lab) == 0
    assert run_due(lab, Mode.LIVE, never) is not None and stored(served, "5")["ob_readiness"] == "blocked"


@pytest.mark.parametrize("more", ["", ON], ids=["off", "on, without the right to import"])
def test_write_back_never_stops_what_follows_a_run(
    serve: Callable[..., Served], tmp_path: Path, caplog: pytest.LogCaptureFixture, more: str
) -> None:
    served = serve(with_form())
    board = tmp_path / "board.html"
    _, lab = opened(served, tmp_path, at=MORNING, more=f'{more}[board]\nfile = "{board}"\n')
    note_what_is_true(lab, lab.today)
    after(lab, run_due(lab, Mode.LIVE, never))
    assert board.exists() and "ob_readiness" not in stored(served, "5")
    assert bool(more) == ("write-back: " in caplog.text)


def test_a_locked_record_is_counted_in_the_log_and_nobody_is_named(
    serve: Callable[..., Served], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(with_form(), WRITES)
    _, lab = opened(served, tmp_path, at=MORNING)
    note_what_is_true(lab, lab.today)
    reports = run_due(lab, Mode.LIVE, never)
    served.projects["people"].locked = {"5"}
    after(lab, reports)
    assert "ob_readiness" not in stored(served, "5") and stored(served, "16")["ob_readiness"] == "cleared"
    assert "write-back: 1 of " in caplog.text and "Haddad" not in caplog.text


def test_a_lab_in_trial_writes_nothing_after_a_run(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(with_form(), WRITES)
    home, _ = opened(served, tmp_path)
    settings = home / "settings.toml"
    text = settings.read_text().replace('mode = "live"', 'mode = "trial"\ntrial_address = "trial@northlake.example"')
    settings.write_text(text)
    lab = open_app(home, clock=FixedClock(MORNING))
    note_what_is_true(lab, lab.today, Mode.TRIAL)
    reports = run_due(lab, Mode.TRIAL, never)
    after(lab, reports)
    assert {report.outcome for report in reports} <= {"sent", "nothing"}
    assert not [seen for seen in served.server.requests if "data" in seen.params]
