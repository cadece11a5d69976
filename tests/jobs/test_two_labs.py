"""Two labs on one REDCap, one credential directory and one database: neither is given the other's people, mails or rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from jobs.labs import LabHome, labs_in
from onboard.app import open_app
from onboard.errors import ConfigError
from onboard.model import Mode
from onboard.pipeline.tools import never
from tests.adapters.ledger.private_pooler import PrivatePooler, missing
from tests.adapters.ledger.private_postgres import PrivatePostgres
from tests.jobs.clocks import HandClock
from tests.jobs.conftest import MONDAY
from tests.jobs.two_labs import LABS, domains, two_labs

#: The tokens as systemd puts them there, and as a mounted folder holds them.
LAYOUTS = ("{lab}_{name}", "{lab}/{name}")


@pytest.fixture
def clock() -> HandClock:
    clock = HandClock()
    clock.set(MONDAY, time(9))
    return clock


def give(folder: Path, layout: str, tokens: dict[str, dict[str, str]]) -> None:
    """Put every lab's tokens into one credential directory."""
    for lab, theirs in tokens.items():
        for project, token in theirs.items():
            file = folder / layout.format(lab=lab, name=f"ONBOARD_{project.upper()}_TOKEN")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{token}\n", encoding="utf-8")


def mails(home: Path) -> Iterator[str]:
    """All that was mailed by a lab."""
    return (file.read_bytes().decode(errors="replace") for file in (home / "mail").glob("*.eml"))


def went_well(lab: LabHome) -> bool:
    """One look: whether everything due was mailed or had nothing to say."""
    found = {report.outcome for report in lab.look(never)}
    return "sent" in found and found <= {"sent", "nothing"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_lab_reads_by_its_own_token(tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch, layout: str) -> None:
    folder, credentials = tmp_path / "labs", tmp_path / "credentials"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    with two_labs(folder) as tokens:
        give(credentials, layout, tokens)
        for lab in labs_in(folder, clock):
            assert went_well(lab)
            with open_app(folder / lab.name, clock=clock).ledger._door.reading() as connection:
                texts = list(connection.exec_driver_sql("SELECT text FROM snapshot").scalars())
            assert domains(iter(texts)) == domains(mails(folder / lab.name)) == {LABS[lab.name]}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_credential_that_every_lab_would_find_is_refused(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    folder, credentials = tmp_path / "labs", tmp_path / "credentials"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    with two_labs(folder) as tokens:
        give(credentials, layout, tokens)
        (credentials / "ONBOARD_PEOPLE_TOKEN").write_text(tokens["north"]["people"])
        with pytest.raises(
            ConfigError, match=r"ONBOARD_PEOPLE_TOKEN lies in .* where every lab of the folder would use it"
        ) as told:
            labs_in(folder, clock)
        assert tokens["north"]["people"] not in str(told.value)


def test_a_lab_without_a_token_reads_nothing_by_another_ones(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, credentials = tmp_path / "labs", tmp_path / "credentials"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    with two_labs(folder) as tokens:
        give(credentials, "{lab}/{name}", {"north": tokens["north"]})
        north, south = labs_in(folder, clock)
        # whatever comes into the directory later is no lab's, either
        (credentials / "ONBOARD_PEOPLE_TOKEN").write_text(tokens["north"]["people"])
        reports = south.look(never)
        assert {report.outcome for report in reports} == {"failed"}
        assert "LoadCredential=south:/etc/onboard/south" in " ".join(reports[0].trouble)
        assert went_well(north)
        assert domains(mails(folder / "north")) == {LABS["north"]}


@pytest.mark.postgres
def test_two_labs_behind_a_pooler_live_two_days_in_turns(tmp_path: Path, clock: HandClock, postgres: PrivatePostgres) -> None:
    if missing():
        pytest.skip(missing())
    folder, database = tmp_path / "labs", f"p{uuid.uuid4().hex}"
    url = postgres.fresh_database(database)
    with PrivatePooler(postgres.port) as pooler, two_labs(folder, more=f'url = "{pooler.address(url)}?pooled=yes"\n') as tokens:
        for lab, theirs in tokens.items():
            secrets = folder / lab / "secrets.env"
            secrets.write_text("".join(f"ONBOARD_{name.upper()}_TOKEN={token}\n" for name, token in theirs.items()))
        labs = labs_in(folder, clock)
        for day in (MONDAY, MONDAY + timedelta(days=1)):
            clock.set(day, time(9))
            for lab in labs:
                assert went_well(lab)
                assert domains(mails(folder / lab.name)) == {LABS[lab.name]}
        apps = {lab: open_app(folder / lab, clock=clock) for lab in LABS}
        kept = {lab: app.ledger.snapshot_at() for lab, app in apps.items()}
        for lab, app in apps.items():
            snapshot = kept[lab]
            assert snapshot is not None and domains(iter([snapshot.text])) == {LABS[lab]}
            said = [row for person in ("4", "5", "12") for row in app.ledger.told(Mode.LIVE, person)]
            assert said and domains(str(row["id"]) for row in said) == {LABS[lab]}
            app.close()
    count = (
        "SELECT lab, to_addr LIKE '%@{}', count(*) > 5 FROM message WHERE to_addr LIKE '%thlake.example' GROUP BY 1, 2 ORDER BY 1"
    )
    for lab, domain in LABS.items():
        others = postgres.sql(count.format(domain), database).split()
        assert others == sorted(f"{one}|{'t' if one == lab else 'f'}|t" for one in LABS)
