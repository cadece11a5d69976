"""The documentation is tested: each command, job, file and target is described, and each one that is described exists.

What a reader has is the README, `onboard guide`, CONTRIBUTING.md, the help of the commands and the comments of the configuration.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs import JOBS
from jobs.__main__ import TABLE, app
from onboard.errors import ConfigError

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
GUIDE = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "templates" / "guide").glob("*.txt")}
BOTH = README + "".join(GUIDE.values())


@pytest.mark.parametrize("name", list(TABLE))
def test_every_command_is_in_the_readme_and_has_help(name: str) -> None:
    assert f"`onboard {name}" in README
    found = subprocess.run([sys.executable, "-m", "jobs", name, "--help"], capture_output=True, text=True, timeout=60)
    assert found.returncode == 0
    assert "Usage: " in found.stdout
    assert len(TABLE[name].help) < 90


def test_every_command_the_readme_names_exists() -> None:
    named = set(re.findall(r"`onboard ([a-z][a-z-]*)", README)) | set(re.findall(r"bin/onboard ([a-z][a-z-]*)", README))
    named |= {word for text in GUIDE.values() for word in re.findall(r"onboard ([a-z][a-z-]+)\b", text)}
    assert named <= set(TABLE)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_the_guide_lists_its_topics_and_prints_each() -> None:
    listed = CliRunner().invoke(app, ["guide"]).output
    assert len(GUIDE) > 5
    for topic, text in GUIDE.items():
        assert topic in listed and text.splitlines()[0] in listed
        assert CliRunner().invoke(app, ["guide", topic]).output.strip() == text.strip()
        assert max(map(len, text.splitlines())) <= 80, topic


def test_a_topic_that_is_not_there_is_refused_with_the_nearest() -> None:
    found = CliRunner().invoke(app, ["guide", "backups"])
    assert isinstance(found.exception, ConfigError)
    assert str(found.exception) == 'there is no topic "backups". Did you mean backup? `onboard guide` lists them.'


@pytest.mark.parametrize("job", list(JOBS))
def test_every_job_is_in_the_guide_and_scheduled(job: str) -> None:
    assert f"{job} " in GUIDE["jobs"]
    assert job in tomllib.loads((ROOT / "config" / "schedule.toml").read_text(encoding="utf-8"))


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)\b", README + CONTRIBUTING)) <= targets


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        name = re.split(r"[=<>~\[ ]", line)[0].lower()
        assert name in CONTRIBUTING.lower(), name


def test_every_file_of_a_home_that_init_makes_is_in_the_guide(tmp_path: Path) -> None:
    home = tmp_path / "lab"
    subprocess.run([sys.executable, "-m", "jobs", "init", str(home)], check=True, capture_output=True, timeout=60)
    for path in home.iterdir():
        assert path.name in GUIDE["files"], path.name
    assert (home / "secrets.env").stat().st_mode & 0o077 == 0


def test_init_never_overwrites(tmp_path: Path) -> None:
    home = tmp_path / "lab"
    home.mkdir()
    (home / "settings.toml").write_text("mine")
    found = subprocess.run([sys.executable, "-m", "jobs", "init", str(home)], capture_output=True, text=True, timeout=60)
    assert found.returncode == 2
    assert "nothing was changed" in found.stderr
    assert (home / "settings.toml").read_text() == "mine"


def test_pictures_of_the_readme_are_there() -> None:
    for name in re.findall(r'src="([^"]+)"', README):
        assert (ROOT / name).is_file()


def test_nothing_of_ours_imports_smtplib() -> None:
    files = [path for folder in ("onboard", "jobs") for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    for path in files:
        assert not re.search(r"^\s*(import|from)\s+smtplib", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_only_the_agreed_top_level() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    agreed = {"pyproject.toml", "onboard", "jobs", "templates", "config", "tests", "README.md"}
    agreed |= {"Makefile", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "requirements.lock"}
    assert {name.split("/")[0] for name in tracked if not name.startswith(".")} <= agreed
