"""`onboard sandbox`: the stand-in for REDCap with the sample lab.

It runs in the foreground and is not REDCap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.cli.options import AsOf, parse_day
from onboard.cli.output import say
from onboard.errors import ConfigError

if TYPE_CHECKING:
    from onboard.sandbox.clock import ServerClock
    from onboard.sandbox.faults import Faults
    from onboard.sandbox.sample.server import SampleServer
    from onboard.sandbox.server import Tls

#: How long a slow answer takes.
_SLOW_SECONDS = 5.0


def command(
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    as_of: AsOf = "",
    empty: Annotated[bool, typer.Option("--empty", help="The two projects without any record.")] = False,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", metavar="DIR", help="Write the tokens into this home's secrets.env instead of showing them."),
    ] = None,
    may_import: Annotated[bool, typer.Option("--may-import", help="Tokens that may import and design too.")] = False,
    faults: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="[CONTENT=]FAULT", help="Fail all calls, or those of one content; 'list' names faults."),
    ] = None,
    public_url: Annotated[
        str | None, typer.Option("--public-url", metavar="URL", help="Where survey links begin, behind a proxy.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", metavar="FILE", help="Serve HTTPS with this.")] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="The certificate's key.")] = None,
) -> None:
    """Run a stand-in for REDCap with a sample lab until Ctrl-C, and print its addresses and tokens."""
    from onboard.sandbox.rights import Rights
    from onboard.sandbox.sample.server import sample_server

    if faults == ["list"]:
        _list_faults()
        return
    if settings and not settings.is_dir():
        raise ConfigError(f"Folder {settings} does not exist. Create it: onboard init {settings}")
    today = parse_day(as_of) if as_of else _local_now().date()
    rights = Rights(import_=may_import, design=may_import)
    tls = _tls(certificate, key)
    clock = _clock(today)
    with sample_server(today, port=port, empty=empty, rights=rights, public_url=public_url, tls=tls, clock=clock) as sample:
        _switch_on(sample.server.faults, faults or [])
        _tell(sample, settings)
        sample.server.wait()


def _local_now() -> datetime:
    from onboard.adapters.system_clock import SystemClock

    return SystemClock().now().astimezone().replace(tzinfo=None)


def _clock(today: date) -> ServerClock:
    """The server's clock: `today` at this hour, and on from there, so that its stamps fit the sample lab's days."""
    ahead = datetime.combine(today, time()) - datetime.combine(_local_now().date(), time())
    return lambda: _local_now() + ahead


def _tell(sample: SampleServer, settings: Path | None) -> None:
    say("This is a stand-in for REDCap on this machine, for trying things out. It is not REDCap.")
    say(f"Start page   {sample.server.root}")
    say(f"API          {sample.server.url}")
    tokens = {f"ONBOARD_{name.upper()}_TOKEN": token for name, token in sample.tokens.items()}
    if settings:
        _write_tokens(settings, tokens)
    else:
        for name, token in tokens.items():
            say(f"{name}={token}")
    say("Stop with Ctrl-C.")


def _list_faults() -> None:
    from onboard.sandbox.faults import Fault

    for fault in Fault:
        say(fault.value)


def _tls(certificate: Path | None, key: Path | None) -> Tls | None:
    from onboard.sandbox.server import Tls

    if certificate is None and key is None:
        return None
    if certificate is None or key is None or not certificate.is_file() or not key.is_file():
        raise ConfigError("--certificate and --key belong together, and both must be files in PEM form.")
    return Tls(certificate=certificate, key=key)


def _switch_on(switches: Faults, wanted: Sequence[str]) -> None:
    from onboard.sandbox.api import CONTENTS
    from onboard.sandbox.faults import Fault

    for text in wanted:
        content, equals, name = text.rpartition("=")
        if name not in set(Fault) or (equals and content not in CONTENTS):
            raise ConfigError(
                f"--fault {text}: give a name of `onboard sandbox --fault list`, or record=overload for the calls of one content."
            )
        fault = Fault(name)
        switches.add(fault, content=content or None, times=None, delay=_SLOW_SECONDS if fault is Fault.SLOW else 0.0)


def _write_tokens(home: Path, tokens: Mapping[str, str]) -> None:
    """The tokens take the place of those of the same names; whatever else the file holds stays."""
    path = home / "secrets.env"
    path.touch(mode=0o600)
    held = path.read_text(encoding="utf-8-sig").splitlines()
    kept = [line for line in held if line.partition("=")[0].strip() not in tokens]
    path.write_text("\n".join([*kept, *(f"{name}={token}" for name, token in tokens.items())]) + "\n", encoding="utf-8")
    say(f"Wrote the tokens into {path}.")
