"""The importer on a project with events: the completion form repeats in one event, or the whole event repeats."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from onboard.adapters.redcap.importer import NewRow, RedcapImporter
from onboard.adapters.redcap.project import RedcapProject
from onboard.errors import ConfigError
from onboard.model.mapping import Source
from onboard.sandbox.projects import Event, Project, Repeat
from onboard.sandbox.rights import Rights
from onboard.sandbox.server import SandboxServer
from tests.intake.papers import report

VALUES = {"comp_group": "Biomedical Research", "comp_completed": "2026-03-13", "comp_stage": "1"}


def source(event: str) -> Source:
    """Where completions stand."""
    fields = {"group": "comp_group", "completed": "comp_completed", "stage": "comp_stage"}
    return Source(table="completions", project="people", instrument="completion", fields=fields, event=event)


@pytest.mark.parametrize("repeats", ["form", "event"])
def test_next_instance_in_its_event(tmp_path: Path, repeats: str) -> None:
    """Ada has one completion; the new one and its PDF stand beside it in the same event."""
    dictionary = Path("config/redcap_project/people.csv").read_text(encoding="utf-8")
    project = Project(
        "People",
        dictionary,
        events=(Event(name="Start", forms=("person",)), Event(name="Training", forms=("completion",))),
        repeating=(Repeat("completion", "training_arm_1"),) if repeats == "form" else ("training_arm_1",),
    )
    project.put("1", "person", {"full_name": "Ada Ito"}, event="start_arm_1")
    project.put("1", "completion", {"comp_group": "Old", "comp_completed": "2020-01-05"}, instance=1, event="training_arm_1")
    token = project.add_token(rights=Rights(export=True, import_=True))
    paper = tmp_path / "ada.pdf"
    paper.write_bytes(report())
    with SandboxServer([project]) as server:
        reached = RedcapProject(name="people", url=server.url, token=SecretStr(token), retries=0)
        row = NewRow(key="k", record="1", values=VALUES, document=str(paper))
        known = frozenset({"completion/1/1@training_arm_1"})
        brought = RedcapImporter(reached, source("training_arm_1")).bring([row], [], known)
        assert brought.troubles == () and brought.files == 1
        assert brought.rows == {"k": "completion/1/2@training_arm_1"}
        with pytest.raises(ConfigError, match="has events"):
            RedcapImporter(reached, source("")).bring([row], [], known | set(brought.rows.values()))
    held = [values for place, values in project.places("1") if place.instance == 2]
    assert [values["comp_group"] for values in held] == ["Biomedical Research"]
