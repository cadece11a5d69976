"""`onboard serve`. Decides nothing: it runs the scheduler in the lab's mode until it is told to stop."""

from __future__ import annotations

import logging
import sys

from jobs.reporting import told
from onboard.app import open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError
from onboard.model import Mode, RunReport


def command(home: Home = HERE) -> None:
    """Run the jobs by schedule.toml, in the mode of settings.toml, until SIGTERM or Ctrl-C; the run in hand ends first."""
    from jobs.scheduler import serve

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = open_app(home)
    if app.lab.limits.mode is Mode.DRY:
        raise ConfigError(
            "settings.toml says mode = 'dry', so there is nothing to serve. Write mode = 'trial' or 'live' first."
        )
    log = logging.getLogger("onboard.run")

    def tell(report: RunReport) -> None:
        for line in told(report):
            log.log(logging.WARNING if report.needs_person else logging.INFO, line)

    say(f"Serving {app.lab.name} in mode {app.lab.limits.mode.value}. Stop with Ctrl-C.")
    serve(app, app.lab.limits.mode, tell)
