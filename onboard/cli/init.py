"""`onboard init DIR`: a lab's home with its own copy of the configuration.

It never overwrites.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from onboard.adapters.files.owner_alone import for_owner
from onboard.cli.output import say, writing
from onboard.errors import ConfigError
from onboard.shipped import shipped

FILES = ("settings.toml", "redcap.toml", "requirements.toml", "requirements.schema.json", "schedule.toml")

_SECRETS = """# Secrets of this lab. Only its owner may read this file (chmod 600); nothing here is ever printed or logged.
# ONBOARD_PEOPLE_TOKEN=
# ONBOARD_PROTOCOLS_TOKEN=
# ONBOARD_MAIL_PASSWORD=
"""

_NEXT = """
Next:
  1. In REDCap, make the two projects from the files beside {clicks}
  2. Edit {home}/settings.toml: the lab, its coordinator, REDCap's address, how mail leaves.
  3. Put the two tokens into {home}/secrets.env
  4. onboard check --home {home}       says what is still wrong, and the next step
  5. onboard start --home {home}       shows who would be written to in the first week; sends nothing

How long does human subjects training hold at your institution? requirements.toml says three years, a common local interval
(no federal rule sets one); change `validity` there before you start if yours says two, four, or once."""


def command(home: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")]) -> None:
    """Make a lab's home: its own settings, rules, schedule and a file for secrets."""
    with writing(home):
        home.mkdir(parents=True, exist_ok=True)
    present = [name for name in (*FILES, "secrets.env") if (home / name).exists()]
    if present:
        raise ConfigError(f"{home} already holds {', '.join(present)}; nothing was changed. Give another folder, or edit those.")
    for name in FILES:
        shutil.copyfile(shipped("config") / name, home / name)
    shutil.copytree(shipped("config") / "redcap_project", home / "redcap_project", dirs_exist_ok=True)
    (home / "templates").mkdir(exist_ok=True)
    secrets = home / "secrets.env"
    secrets.touch(mode=0o600)
    secrets.write_text(_SECRETS, encoding="utf-8")
    for path in (home, *home.rglob("*")):
        for_owner(path)
    say(f"Made {home} with {', '.join(FILES)}, secrets.env, redcap_project/ and templates/.")
    say(_NEXT.format(home=home, clicks=home / "redcap_project" / "README.md"))
