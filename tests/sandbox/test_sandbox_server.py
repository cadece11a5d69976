"""Starting, stopping, addresses, TLS, and data dictionaries as labs bring them."""

import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redcap
import requests

from onboard.sandbox.design import Event, unique_event_names
from onboard.sandbox.dictionary import DictionaryError, checkbox_column, parse_choices, parse_csv
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.server import SandboxServer, Tls


def _page(address: str) -> str:
    """What answers there; "" when nothing does. Another test's server may have been given the free port meanwhile."""
    try:
        return requests.get(address, timeout=5).text
    except requests.RequestException:
        return ""


class TestLife:
    """A server comes up at once and leaves nothing running."""

    def test_starts_answers_and_leaves_nothing_running(self, two_forms: str) -> None:
        before, title = threading.active_count(), f"Project {uuid4()}"
        with SandboxServer([Project(title, two_forms)]) as server:
            assert title in requests.get(server.root, timeout=5).text
        assert threading.active_count() == before
        assert title not in _page(server.root)

    def test_stopping_does_not_wait_for_slow_answers(self, two_forms: str) -> None:
        project = Project("P", two_forms)
        token = project.add_token()
        server = SandboxServer([project])
        server.start()
        server.faults.add(Fault.SLOW, delay=60)

        def ask() -> None:
            with pytest.raises(requests.RequestException):
                requests.post(server.url, data={"token": token, "content": "version"}, timeout=30).raise_for_status()

        waiting = threading.Thread(target=ask)
        waiting.start()
        while not server.requests:
            time.sleep(0.01)
        begin = time.monotonic()
        server.stop()
        waiting.join(5)
        assert not waiting.is_alive()
        assert time.monotonic() - begin < 30

    def test_a_taken_port_is_said_so(self, two_forms: str) -> None:
        with SandboxServer([Project("P", two_forms)]) as first:
            port = int(first.root.split(":")[-1].strip("/"))
            with pytest.raises(OSError, match="in use"):
                SandboxServer([], port=port).start()

    def test_several_projects_each_know_their_tokens(self, two_forms: str) -> None:
        projects = [Project("One", two_forms), Project("Two", two_forms)]
        tokens = [project.add_token() for project in projects]
        with SandboxServer(projects) as server:
            titles = [redcap.Project(server.url, token).export_project_info()["project_title"] for token in tokens]
        assert titles == ["One", "Two"]

    def test_links_show_the_public_address(self, two_forms: str) -> None:
        project = Project("P", two_forms, surveys=("completion",))
        project.put("1", "person", {"name": "Ada"})
        token = project.add_token()
        with SandboxServer([project], public_url="https://redcap.example.edu") as server:
            link = redcap.Project(server.url, token).export_survey_link("1", "completion")
        assert link.startswith("https://redcap.example.edu/surveys/?s=")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to make a certificate")
def test_tls_with_a_private_certificate(tmp_path: Path, two_forms: str) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    project = Project("P", two_forms)
    token = project.add_token()
    with SandboxServer([project], tls=Tls(certificate=certificate, key=key)) as server:
        assert server.url.startswith("https://")
        with pytest.raises(requests.exceptions.SSLError):
            redcap.Project(server.url, token).export_version()
        trusting = redcap.Project(server.url, token, verify_ssl=str(certificate))
        assert str(trusting.export_version()) == "16.1.3"


class TestDictionaries:
    """Files as REDCap's page downloads them, as its API exports them, and broken ones."""

    def test_both_headers_read_the_same(self, classic: Any, two_forms: str) -> None:
        api = classic.post("metadata", format="csv").text
        assert [field.name for field in parse_csv(api).fields] == [
            field.name for field in parse_csv(two_forms).fields if field.form == "person"
        ]

    def test_a_byte_order_mark_is_no_obstacle(self, two_forms: str) -> None:
        assert parse_csv("\ufeff" + two_forms).id_field == "record_id"

    @pytest.mark.parametrize(("code", "column"), [("-99", "x____99"), ("B2", "x___b2"), ("a.b", "x___a_b"), ("1", "x___1")])
    def test_checkbox_columns(self, code: str, column: str) -> None:
        assert checkbox_column("x", code) == column

    def test_choices_without_commas_are_their_own_codes(self) -> None:
        assert parse_choices("dropdown", "Mr. | Mrs. | 3, Ms., really") == {
            "Mr.": "Mr.",
            "Mrs.": "Mrs.",
            "3": "Ms., really",
        }

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            ("", "no fields"),
            ("id,f,text\nid,f,text", "'id' twice"),
            ("id,f,text\nb,g,text\nc,f,text", "not together"),
            ("id,f,strange", "Line 2 .* 'strange'"),
            ("ID,f,text", "'ID' is not a field name"),
            ("id,f,radio", "cells have choices missing: F2"),
        ],
    )
    def test_broken_ones_are_said_so(self, lines: str, message: str) -> None:
        with pytest.raises(DictionaryError, match=message):
            parse_csv("field_name,form_name,field_type\n" + lines)

    def test_an_unknown_header_is_named(self) -> None:
        with pytest.raises(DictionaryError, match="'Nonsense'"):
            parse_csv("field_name,Nonsense\nid,x")

    def test_event_names_as_a_live_server_made_them(self) -> None:
        events = [Event(name=name, forms=(), arm=2) for name in ("Deadline to opt out of study", "Event 1", "Event 1")]
        names = [event.unique_name for event in unique_event_names(events)]
        assert names[:2] == ["deadline_to_opt_ou_arm_2", "event_1_arm_2"]
        assert len(set(names)) == 3

    def test_putting_what_cannot_be_is_refused(self, repeating: Any) -> None:
        with pytest.raises(ValueError, match="no choice q"):
            repeating.project.put("1", "person", {"tasks": "q"})
        with pytest.raises(ValueError, match="'course' is not on that form"):
            repeating.project.put("1", "person", {"course": "GCP"})
