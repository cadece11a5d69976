"""A home whose files are the shipped ones with single changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from onboard.config import load_config
from onboard.errors import ConfigError
from onboard.shipped import shipped
from tests.tables.conftest import mapping

__all__ = ["change", "home", "mapping", "mistakes"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home: the shipped files count."""
    return tmp_path


@pytest.fixture
def change(home: Path) -> Callable[..., None]:
    """Put a shipped file into the home with one text exchanged for another; each must be there."""

    def put(name: str, old: str, new: str) -> None:
        own = home / name
        text = (own if own.exists() else shipped("config") / name).read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        own.write_text(text.replace(old, new, 1), encoding="utf-8")

    return put


@pytest.fixture
def mistakes(home: Path) -> Callable[[], list[str]]:
    """The lines of the refusal."""

    def told() -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load_config(home)
        return str(caught.value).splitlines()[1:]

    return told
