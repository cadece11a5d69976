"""`onboard guide [TOPIC]`: what a lab needs to know after it began.

The texts are `templates/guide/*.txt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.group import nearest
from onboard.cli.output import say
from onboard.errors import ConfigError
from onboard.shipped import shipped


def command(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="One of the topics; left out, they are listed.")] = "",
) -> None:
    """Print a page about life after the first day: rules, backup, retention, many labs and more."""
    pages = topics()
    if not topic:
        _list(pages)
    elif topic in pages:
        say(pages[topic].read_text(encoding="utf-8").rstrip("\n"))
    else:
        raise ConfigError(f'there is no topic "{topic}". {nearest(topic, pages)}`onboard guide` lists them.')


def topics() -> Mapping[str, Path]:
    """Each topic with its file, in alphabetical order; the first line of a file is its title."""
    return {path.stem: path for path in sorted(shipped("templates/guide").glob("*.txt"))}


def _list(pages: Mapping[str, Path]) -> None:
    width = max(map(len, pages))
    for name, path in pages.items():
        say(f"  {name.ljust(width)}  {path.read_text(encoding='utf-8').partition(chr(10))[0]}")
    say("To read one: onboard guide TOPIC")
