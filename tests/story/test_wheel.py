"""The built wheel, installed outside the tree, runs `init` and the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.one_date("builds with pip, which needs no other day")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel's content and nothing of the checkout."""
    built, target = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = built.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    return target


def run(installed: Path, cwd: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    found = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env=environment, cwd=cwd, timeout=300, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_the_wheel_stands_alone(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import onboard, jobs; print(onboard.__file__); print(jobs.__file__)")
    assert all(line.startswith(str(installed)) for line in where.split())
    assert (installed / "onboard" / "_shipped" / "templates" / "sentences.toml").is_file()
    assert (installed / "onboard" / "_shipped" / "config" / "requirements.toml").is_file()


def test_init_and_demo_run_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "-m", "jobs", "init", "lab")
    assert (tmp_path / "lab" / "redcap_project" / "people.csv").is_file()
    said = run(installed, tmp_path, "-m", "jobs", "demo", "--as-of", "2026-11-23")
    assert "nothing is left running" in said
    assert (tmp_path / "demo" / "inbox.html").is_file()
