"""What the adapter leans on in PyCap 2.7.0, and the seam itself. A new PyCap fails here first."""

from __future__ import annotations

import inspect
import shutil
import subprocess
from importlib.metadata import version

import pytest
import redcap
from pydantic import SecretStr
from redcap.methods.base import Base

from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.errors import ConfigError, ReadInDoubt
from onboard.sandbox.rights import Rights
from onboard.sandbox.server import SandboxServer, Tls

TOKEN = "0123456789ABCDEF0123456789ABCDEF"


class Recorder(redcap.Project):
    """A PyCap project that answers from a list and writes down what it was asked."""

    def __init__(self, *answers: object) -> None:
        super().__init__("https://redcap.northlake.example/api/", TOKEN)
        self.answers = list(answers)
        self.asked: list[tuple[dict, str]] = []

    def _call_api(self, payload, return_type, file=None):
        self.asked.append((payload, return_type))
        return self.answers.pop(0)


def test_the_pinned_release():
    assert version("PyCap") == "2.7.0"


def test_the_seam_has_the_signature_we_override():
    assert list(inspect.signature(Base._call_api).parameters) == ["self", "payload", "return_type", "file"]
    assert list(inspect.signature(GuardedProject._call_api).parameters) == ["self", "payload", "return_type", "file"]


def test_every_public_method_goes_through_the_seam():
    direct = [
        name
        for name, method in inspect.getmembers(redcap.Project, inspect.isfunction)
        if name != "_call_api" and {"_RCRequest", "_session", "post"} & set(method.__code__.co_names)
    ]
    assert direct == []


def test_records_as_csv_cost_one_call_when_the_id_is_named():
    project = Recorder([{"field_name": "record_id", "form_name": "person"}], "record_id\n1\n")
    assert project.def_field == "record_id"
    assert project.export_records(format_type="csv", fields=["record_id", "person_complete"]) == "record_id\n1\n"
    payload, kind = project.asked[-1]
    assert kind == "str"
    assert {key: payload[key] for key in ("content", "format", "type", "fields[0]", "fields[1]")} == {
        "content": "record",
        "format": "csv",
        "type": "flat",
        "fields[0]": "record_id",
        "fields[1]": "person_complete",
    }
    assert "returnFormat" not in payload
    assert len(project.asked) == 2


def test_the_version_is_asked_without_a_format():
    project = Recorder("16.1.3")
    assert str(project.export_version()) == "16.1.3"
    assert "format" not in project.asked[0][0]


def test_pycap_itself_would_print_a_wrong_token():
    with pytest.raises(AssertionError) as caught:
        redcap.Project("https://redcap.northlake.example/api/", TOKEN + "X")
    assert TOKEN in str(caught.value)


@pytest.mark.parametrize("token", ["", TOKEN + "X", TOKEN[:-1], "secret of Maria " * 2], ids=["none", "long", "short", "words"])
def test_a_token_of_the_wrong_shape_is_refused_without_showing_it(token):
    project = RedcapProject(name="people", url="https://redcap.northlake.example/api/", token=SecretStr(token))
    with pytest.raises(ConfigError, match="ONBOARD_PEOPLE_TOKEN is not a REDCap token") as caught:
        GuardedProject(project)
    assert not token or token not in str(caught.value)


def test_no_repr_shows_the_token():
    project = RedcapProject(name="people", url="https://redcap.northlake.example/api/", token=SecretStr(TOKEN))
    assert TOKEN not in repr(project) + str(project) + repr(GuardedProject(project))


def test_two_projects_share_no_session(redcap_lab):
    with GuardedProject(redcap_lab.project("people")) as one, GuardedProject(redcap_lab.project("protocols")) as other:
        assert one._session is not other._session
        assert one._session is not redcap.request._session


def test_a_call_that_changes_something_is_never_sent_twice(redcap_lab):
    from onboard.sandbox.faults import Fault

    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(import_=True))
    redcap_lab.server.faults.add(Fault.OVERLOAD, content="record")
    with GuardedProject(redcap_lab.project(), redcap_lab.pauses.append) as project, pytest.raises(ReadInDoubt):
        project.import_records([{"record_id": "1", "full_name": "Ada Ito"}])
    assert redcap_lab.pauses == [] and redcap_lab.asked("record") == 1


def test_an_import_answers_through_the_same_door(redcap_lab):
    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(import_=True))
    with GuardedProject(redcap_lab.project()) as project:
        assert project.import_records([{"record_id": "1", "full_name": "Ada Ito"}]) == {"count": 1}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 of a private authority that nobody else trusts."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return Tls(certificate=folder / "cert.pem", key=folder / "key.pem")


def test_an_untrusted_certificate_sends_nothing(redcap_lab, certificate):
    with SandboxServer([redcap_lab.people], tls=certificate) as server:
        project = redcap_lab.project(url=server.url)
        with (
            GuardedProject(project, redcap_lab.pauses.append) as door,
            pytest.raises(ReadInDoubt, match=r"not trusted.*ca_file"),
        ):
            door.export_version()
        assert server.requests == [] and redcap_lab.pauses == []


def test_a_private_authority_is_trusted_by_its_file(redcap_lab, certificate):
    with SandboxServer([redcap_lab.people], tls=certificate) as server:
        project = redcap_lab.project(url=server.url, ca_file=certificate.certificate)
        with GuardedProject(project) as door:
            assert str(door.export_version()) == "16.1.3"


def test_a_proxy_that_is_not_there_is_named(redcap_lab):
    project = redcap_lab.project(url="http://redcap.northlake.example/api/", proxy="http://127.0.0.1:9", retries=0)
    with GuardedProject(project) as door, pytest.raises(ReadInDoubt, match="Check proxy under"):
        door.export_version()
