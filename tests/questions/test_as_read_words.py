"""A proof of what holds now and not since when says so, and names no day since when."""

from __future__ import annotations

from pathlib import Path

from tests.connecting.elsewhere.labs import HERE, export_of, home_of, onboard


def test_a_proof_says_that_since_when_is_not_recorded(tmp_path: Path, machine: object) -> None:
    mapping = (HERE / "see_klinik" / "redcap.toml").read_text(encoding="utf-8")
    home, export = home_of("see_klinik", tmp_path / "home", mapping), export_of("see_klinik", tmp_path / "export")
    said = " ".join(onboard("proof", "2", "EK-0390", "--home", str(home), "--export", str(export), code=None).split())
    assert "first read 23 Nov 2026; since when is not recorded" in said
    assert "since 23 Nov 2026" not in said
