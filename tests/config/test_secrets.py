"""Where tokens and passwords may come from, and where not."""

from __future__ import annotations

import pytest

from onboard.config import MAIL_PASSWORD, has_secret, secret, token_name
from onboard.errors import ConfigError

NAME = "ONBOARD_PEOPLE_TOKEN"


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
    assert secret(NAME, home, {NAME: "from-environment"}).get_secret_value() == "from-environment"


def test_then_the_services_credentials(home, tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / NAME).write_text("from-credential\n")
    keep(home, f"{NAME}=from-file")
    assert secret(NAME, home, {"CREDENTIALS_DIRECTORY": str(folder)}).get_secret_value() == "from-credential"


def test_credentials_that_cannot_be_looked_at_are_a_mistake_with_its_next_step(home, tmp_path):
    with pytest.raises(ConfigError, match="Check LoadCredential"):
        secret(NAME, home, {"CREDENTIALS_DIRECTORY": str(tmp_path / ("x" * 300))})


@pytest.mark.parametrize(
    "line",
    [f"{NAME}=swordfish", f"export {NAME} = 'swordfish'", f'# tokens\n\n{NAME}="swordfish"', f"\ufeff{NAME}=swordfish"],
    ids=["plain", "as in a shell", "quoted", "with a BOM"],
)
def test_then_the_owner_only_file(home, line):
    keep(home, line)
    assert secret(NAME, home, {}).get_secret_value() == "swordfish"
    assert has_secret(NAME, home, {}) and not has_secret(MAIL_PASSWORD, home, {})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused_with_the_command(home, mode):
    path = keep(home, f"{NAME}=swordfish", mode)
    with pytest.raises(ConfigError, match=f"Run: chmod 600 {path}") as caught:
        secret(NAME, home, {})
    assert "swordfish" not in str(caught.value)


def test_a_line_that_is_none_is_named_by_number_only(home):
    keep(home, "swordfish")
    with pytest.raises(ConfigError, match=r"line 1: is not NAME=value") as caught:
        secret(NAME, home, {})
    assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "  "], ids=["missing", "blank"])
def test_a_missing_secret_says_every_way_to_give_it(home, value):
    with pytest.raises(ConfigError, match=rf"{NAME} is not set.*secrets.env.*chmod 600.*environment.*LoadCredential"):
        secret(NAME, home, {NAME: value})


def test_a_secret_shows_itself_to_nobody(home):
    found = secret(NAME, home, {NAME: "swordfish"})
    assert "swordfish" not in repr(found) + str(found) + f"{found}"
