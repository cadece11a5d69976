"""`onboard serve`, and which labs it serves.

The schedule and the ledger decide when their jobs run.
"""

from __future__ import annotations

import logging
import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from jobs.labs import LabHome, labs_in, look_alone
from jobs.reporting import log
from jobs.service import needed_secrets
from onboard.adapters.log_lines import LogForm, set_up_log
from onboard.adapters.service_manager import ServiceManager
from onboard.adapters.system_clock import SystemClock
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.config.secrets import Secrets
from onboard.errors import ConfigError
from onboard.model import Mode, RunReport


def command(
    home: Home = HERE,
    labs: Annotated[
        Path | None, typer.Option("--labs", metavar="FOLDER", help="Serve every lab's home in this folder, each apart.")
    ] = None,
    log_form: Annotated[
        LogForm, typer.Option("--log", help="human for a terminal, json for a service; auto chooses.")
    ] = LogForm.AUTO,
    port: Annotated[int, typer.Option("--metrics", metavar="PORT", help="Show /healthz and /metrics on 127.0.0.1; 0 = off.")] = 0,
) -> None:
    """Run the jobs by schedule.toml, in the mode of settings.toml, until SIGTERM or Ctrl-C; the run in hand ends first."""
    from jobs.scheduler import serve
    from jobs.workers import looking
    from onboard.adapters.status_port import Counts, StatusPort

    set_up_log(log_form)
    served = labs_in(labs, SystemClock()) if labs else [_alone(home)]
    counts = Counts()
    say(f"Serving {_named(served)}. Stop with Ctrl-C.")

    def tell(lab: LabHome, report: RunReport) -> None:
        log(lab.name, report)
        counts.add(lab.name, report)

    with ExitStack() as open_ports:
        if port:
            open_ports.enter_context(
                StatusPort(
                    port,
                    counts,
                    lambda: [(one.name, one.trouble) for one in served],
                    lambda: {one.name: one.mail for one in served if one.mail},
                )
            )
        let_end = open_ports.enter_context(looking(served, partial(set_up_log, log_form)))
        ended = serve(served, tell, ServiceManager(), let_end=let_end)
    if not ended:
        # a thread that waits for a foreign server would keep the process from ending
        logging.shutdown()
        os._exit(0)


def _alone(home: Path) -> LabHome:
    """The one lab that is served; what is wrong with it is said at once."""
    lab = LabHome(home, SystemClock(), look_by=look_alone)
    lab.load()
    if lab.brief is None:
        raise ConfigError(lab.trouble)
    if lab.brief.lab.limits.mode is Mode.DRY:
        raise ConfigError("settings.toml says mode = 'dry', so there is nothing to serve. Write mode = 'trial' or 'live' first.")
    # one that is missing would be found at the first slot only, when the person who could put it right has gone
    secrets = Secrets(home=home, lab=lab.brief.lab.id)
    for name in needed_secrets(home):
        secrets.get(name)
    return lab


def _named(labs: list[LabHome]) -> str:
    (first, *others) = labs
    if others or first.brief is None:
        return f"{len(labs)} labs"
    return f"{first.brief.lab.name} in mode {first.brief.lab.limits.mode.value}"
