"""What settings.toml says about running for months, with the ranges allowed.

The board's file, how long things are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from onboard.config.mistakes import Block, table, validated

#: The tables of settings.toml that are read here.
TABLES = ("board", "retention")


class BoardTable(Block):
    """[board]"""

    file: str = ""


class RetentionTable(Block):
    """[retention]"""

    bodies_days: Annotated[int, Field(ge=1, le=36500)] = 90
    verdicts_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """As plain values. `board` is where the page goes, None = nowhere; `verdicts_from` the first day that must stay provable,
    None = all of them."""

    board: Path | None
    bodies_days: int
    verdicts_from: date | None


def read_operating(document: Mapping[str, object], file: str, home: Path, mistakes: list[str]) -> Operating | None:
    """Both tables; a table that is missing has its defaults. None, with the reasons in `mistakes`, when one is wrong."""
    board = validated(BoardTable, table(document, "board", file, mistakes), f"{file}, [board]", mistakes)
    retention = validated(RetentionTable, table(document, "retention", file, mistakes), f"{file}, [retention]", mistakes)
    if board is None or retention is None:
        return None
    path = home / board.file if board.file else None
    if path and not path.parent.is_dir():
        mistakes.append(f"{file}, [board], file: folder {path.parent} does not exist. Create it, or write another path.")
    return Operating(board=path, bodies_days=retention.bodies_days, verdicts_from=retention.verdicts_from)
