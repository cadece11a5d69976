"""`onboard sandbox`: the stand-in for REDCap with the sample lab, in the foreground. It is not REDCap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.options import AsOf, parse_day
from onboard.cli.output import say
from onboard.errors import ConfigError


def command(
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    as_of: AsOf = "",
    empty: Annotated[bool, typer.Option("--empty", help="The two projects without any record.")] = False,
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="DIR", help="Write tokens into this home's secrets.env.")
    ] = None,
) -> None:
    """Run a stand-in for REDCap with a sample lab until Ctrl-C, and print its addresses and tokens."""
    from onboard.adapters.system_clock import SystemClock
    from onboard.sandbox.sample_server import sample_server

    today = parse_day(as_of) if as_of else SystemClock().now().astimezone().date()
    with sample_server(today, port=port, empty=empty) as sample:
        say("This is a stand-in for REDCap on this machine, for trying things out. It is not REDCap.")
        say(f"Start page   {sample.server.root}")
        say(f"API          {sample.server.url}")
        for name, token in sample.tokens.items():
            say(f"ONBOARD_{name.upper()}_TOKEN={token}")
        if settings:
            _write_tokens(settings, sample.tokens)
        say("Stop with Ctrl-C.")
        sample.server.wait()


def _write_tokens(home: Path, tokens: dict[str, str]) -> None:
    path = home / "secrets.env"
    if not home.is_dir():
        raise ConfigError(f"there is no folder {home}. Make one with: onboard init {home}")
    path.touch(mode=0o600)
    path.write_text("".join(f"ONBOARD_{name.upper()}_TOKEN={token}\n" for name, token in tokens.items()), encoding="utf-8")
    say(f"Wrote the tokens into {path}.")
