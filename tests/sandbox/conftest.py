"""The cast: Ada (ready, two courses), Ben (half-typed), Cem (nothing but a name), in a classic, a repeating and a
longitudinal project, each served over real HTTP."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import pytest
import redcap
import requests

from onboard.sandbox.projects import Event, Project, Repeat, Rights
from onboard.sandbox.server import SandboxServer

ALL_RIGHTS = Rights(import_=True, delete=True, design=True, logging=True, survey=True, user_rights=True, data_access_groups=True)
UI_HEADER = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number",'
    '"Text Validation Min","Text Validation Max",Identifier?,"Branching Logic (Show field only if...)",'
    '"Required Field?","Custom Alignment","Question Number (surveys only)","Matrix Group Name","Matrix Ranking?",'
    '"Field Annotation"'
)
PERSON = """\
record_id,person,,text,"Record ID",,,,,,,,,,,,,
name,person,,text,"Name / as greeted",,,,,,y,,y,,,,,
age,person,,text,Age,,,integer,18,99,,,,,,,,
email,person,,text,Address,,,email,,,y,,,,,,,
role,person,,radio,Role,"1, Scientist | 2, Coordinator",,,,,,,,,,,,
tasks,person,,checkbox,Tasks,"a, Consent | B2, Draw blood | -99, Other",,,,,,,,,,,,
paid,person,,yesno,"Paid?",,,,,,,,,,,,,
about,person,,descriptive,"Some words",,,,,,,,,,,,,
remark,person,,notes,Remark,,,,,,,,,,,,,
photo,person,,file,Photo,,,,,,,,,,,,,
"""
COMPLETION = """\
course,completion,,text,Course,,,,,,,,,,,,,
passed,completion,,text,Passed,,,date_mdy,,,,,y,,,,,
certificate,completion,,file,Certificate,,,,,,,,,,,,,
checked,completion,,text,"Checked by",,,,,,,,,,,,,@HIDDEN-SURVEY
"""
VISIT = """\
weight,visit,,text,Weight,,,number,,,,,,,,,,
"""
CLOCK = datetime(2026, 3, 2, 9, 30)


def dictionary(*forms: str) -> str:
    """A dictionary as REDCap's download, of those forms."""
    return "\n".join([UI_HEADER, "".join(forms)])


class Clock:
    """A server clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, **step: float) -> None:
        """Move on."""
        self.now += timedelta(**step)


class Lab:
    """A project on a running server, with a PyCap client and a raw one."""

    def __init__(self, project: Project, server: SandboxServer, token: str, clock: Clock) -> None:
        self.project, self.server, self.token, self.clock = project, server, token, clock
        self.pycap = redcap.Project(server.url, token)

    def post(self, content: str, **params: str) -> requests.Response:
        """A raw call."""
        return self.ask({"content": content, **params})

    def ask(self, params: Mapping[str, str]) -> requests.Response:
        """A raw call whose parameters Python cannot spell as names."""
        return requests.post(self.server.url, data={"token": self.token, **params}, timeout=10)


def put_ada_ben_cem(project: Project, event: str | None = None) -> None:
    """Ada's record is 10, Ben's 2, Cem's 001."""
    ada = {"name": "Ada Löve", "age": "33", "role": "1", "tasks": "a,-99", "paid": "1", "remark": 'say "hi",\nplease'}
    project.put("10", "person", ada, event=event)
    project.put("2", "person", {"name": "Ben", "role": "2"}, complete=0, event=event)
    project.put("001", "person", {"name": "Cem"}, complete=1, event=event)


@pytest.fixture
def open_lab() -> Iterator[Callable[..., Lab]]:
    """Start a server for a project; it stops when the test ends."""
    servers: list[SandboxServer] = []

    def build(project: Project, rights: Rights = ALL_RIGHTS) -> Lab:
        clock = Clock(CLOCK)
        project.clock = clock
        server = SandboxServer([project])
        server.start()
        servers.append(server)
        return Lab(project, server, project.add_token(rights=rights), clock)

    yield build
    for server in servers:
        server.stop()


@pytest.fixture
def classic(open_lab: Callable[..., Lab]) -> Lab:
    """One form, three people."""
    project = Project("Classic", dictionary(PERSON), clock=lambda: CLOCK)
    put_ada_ben_cem(project)
    return open_lab(project)


@pytest.fixture
def repeating(open_lab: Callable[..., Lab]) -> Lab:
    """People with repeating completions, which are also a survey."""
    project = Project(
        "Repeating",
        dictionary(PERSON, COMPLETION),
        repeating=("completion",),
        surveys=("completion",),
        dags=("North Site", "South Site"),
        clock=lambda: CLOCK,
    )
    put_ada_ben_cem(project)
    project.put("10", "completion", {"course": "GCP", "passed": "2024-05-01"}, instance=1)
    project.put("10", "completion", {"course": "HSP/2", "passed": "2025-06-02"}, instance=2, complete=0)
    project.record_groups["10"] = "north_site"
    return open_lab(project)


@pytest.fixture
def longitudinal(open_lab: Callable[..., Lab]) -> Lab:
    """Two arms; completions repeat at enrolment, the whole visit event repeats."""
    project = Project(
        "Longitudinal",
        dictionary(PERSON, COMPLETION, VISIT),
        events=(
            Event(name="Enrolment", forms=("person", "completion")),
            Event(name="Visit", forms=("visit",)),
            Event(name="Deadline to opt out of study", forms=("visit",), arm=2),
        ),
        arms={1: "Drug", 2: "No Drug"},
        repeating=(Repeat("completion", "enrolment_arm_1"), "visit_arm_1"),
        clock=lambda: CLOCK,
    )
    put_ada_ben_cem(project, event="enrolment_arm_1")
    project.put("10", "visit", {"weight": "71.5"}, instance=1, event="visit_arm_1")
    project.put("10", "visit", {"weight": "72"}, instance=2, event="visit_arm_1")
    project.put("10", "completion", {"course": "GCP", "passed": "2024-05-01"}, instance=1, event="enrolment_arm_1")
    project.put("2", "visit", {"weight": "80"}, event="deadline_to_opt_ou_arm_2")
    return open_lab(project)


@pytest.fixture
def two_forms() -> str:
    """A dictionary of two forms, neither of which need repeat."""
    return dictionary(PERSON, COMPLETION)
