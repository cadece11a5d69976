"""Where tokens and passwords may come from, and where not."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from onboard.config import MAIL_PASSWORD, Secrets, token_name
from onboard.errors import ConfigError

NAME = "ONBOARD_PEOPLE_TOKEN"


def places(home: Path, environ: Mapping[str, str], *, alone: bool = True, lab: str = "rivera") -> Secrets:
    """Where a lab's secrets are looked for."""
    return Secrets(home=home, lab=lab, alone=alone, environ=environ)


def keep(home, text, mode=0o600):
    """Write secrets.env with the given rights."""
    path = home / "secrets.env"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_names():
    assert token_name("people") == NAME and MAIL_PASSWORD == "ONBOARD_MAIL_PASSWORD"


def test_the_environment_comes_first(home):
    keep(home, f"{NAME}=from-file")
    assert places(home, {NAME: "from-environment"}).get(NAME).get_secret_value() == "from-environment"


def test_then_the_services_credentials(home, tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / NAME).write_text("from-credential\n")
    keep(home, f"{NAME}=from-file")
    assert places(home, {"CREDENTIALS_DIRECTORY": str(folder)}).get(NAME).get_secret_value() == "from-credential"


def test_credentials_that_cannot_be_looked_at_are_a_mistake_with_its_next_step(home, tmp_path):
    with pytest.raises(ConfigError, match="Check LoadCredential"):
        places(home, {"CREDENTIALS_DIRECTORY": str(tmp_path / ("x" * 300))}).get(NAME)


@pytest.mark.parametrize(
    "line",
    [f"{NAME}=swordfish", f"export {NAME} = 'swordfish'", f'# tokens\n\n{NAME}="swordfish"', f"\ufeff{NAME}=swordfish"],
    ids=["plain", "as in a shell", "quoted", "with a BOM"],
)
def test_then_the_owner_only_file(home, line):
    keep(home, line)
    assert places(home, {}).get(NAME).get_secret_value() == "swordfish"
    assert places(home, {}).has(NAME) and not places(home, {}).has(MAIL_PASSWORD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused_with_the_command(home, mode):
    path = keep(home, f"{NAME}=swordfish", mode)
    with pytest.raises(ConfigError, match=f"Run: chmod 600 {path}") as caught:
        places(home, {}).get(NAME)
    assert "swordfish" not in str(caught.value)


def test_a_line_that_is_none_is_named_by_number_only(home):
    keep(home, "swordfish")
    with pytest.raises(ConfigError, match=r"line 1: is not NAME=value") as caught:
        places(home, {}).get(NAME)
    assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "  "], ids=["missing", "blank"])
def test_a_missing_secret_says_every_way_to_give_it(home, value):
    with pytest.raises(ConfigError, match=rf"{NAME} is not set.*secrets.env.*chmod 600.*environment.*LoadCredential"):
        places(home, {NAME: value}).get(NAME)


def test_a_secret_shows_itself_to_nobody(home):
    found = places(home, {NAME: "swordfish"}).get(NAME)
    assert "swordfish" not in repr(found) + str(found) + f"{found}"


class TestCredentialsOfOneLab:
    """systemd makes rivera_NAME of LoadCredential=rivera:FOLDER; whatever else hands secrets over may keep the folder itself."""

    @pytest.fixture(params=["rivera/{}", "rivera_{}"], ids=["a folder", "as systemd names it"])
    def environ(self, request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
        """A credential directory with the lab's own token and one that every lab would find."""
        folder = tmp_path / "credentials"
        own = folder / request.param.format(NAME)
        own.parent.mkdir(parents=True)
        own.write_text("its-own\n")
        (folder / NAME).write_text("everybodys\n")
        return {"CREDENTIALS_DIRECTORY": str(folder)}

    @pytest.mark.parametrize("alone", [True, False])
    def test_its_own_comes_before_everybodys_and_before_its_file(self, home: Path, environ: dict[str, str], alone: bool) -> None:
        keep(home, f"{NAME}=from-file")
        found = places(home, environ, alone=alone)
        assert found.get(NAME).get_secret_value() == "its-own" and found.place_of(NAME).startswith("the service's credentials")

    def test_another_lab_gets_none_of_it(self, home: Path, environ: dict[str, str]) -> None:
        for lab in ("river", "rivera-2", "a"):
            assert not places(home, environ, alone=False, lab=lab).has(NAME), lab


class TestOneOfManyLabs:
    @pytest.fixture
    def keyring(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A keyring of the system, which knows one password for whoever asks."""
        ring = SimpleNamespace(get_password=lambda service, name: "everybodys")
        monkeypatch.setitem(sys.modules, "keyring", ring)
        monkeypatch.setitem(sys.modules, "keyring.errors", SimpleNamespace(KeyringError=OSError))
        monkeypatch.setattr("onboard.config.secrets.find_spec", lambda name: name)

    @pytest.mark.usefixtures("keyring")
    def test_nothing_is_taken_from_where_another_lab_would_look(self, home: Path, tmp_path: Path) -> None:
        (tmp_path / NAME).write_text("everybodys\n")
        for environ in ({}, {NAME: "everybodys"}, {"CREDENTIALS_DIRECTORY": str(tmp_path)}):
            assert places(home, environ).get(NAME).get_secret_value() == "everybodys"
            apart = places(home, environ, alone=False)
            assert not apart.has(NAME) and apart.place_of(NAME) == ""
            with pytest.raises(ConfigError, match=r"secrets\.env.*LoadCredential=rivera:/etc/onboard/rivera") as caught:
                apart.get(NAME)
            assert "environment" not in str(caught.value) and "everybodys" not in str(caught.value)

    def test_its_own_file_counts(self, home: Path) -> None:
        keep(home, f"{NAME}=from-file")
        assert places(home, {}, alone=False).get(NAME).get_secret_value() == "from-file"


def test_the_places_show_no_value(home: Path) -> None:
    found = places(home, {NAME: "swordfish"})
    assert "swordfish" not in repr(found) and isinstance(found.get(NAME), SecretStr)
    assert Secrets(home=home, lab="rivera").environ is os.environ
