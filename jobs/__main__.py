"""The `onboard` command: all of onboard.cli, plus what runs jobs.

Exit codes: 0 done, 1 ran but something needs a person, 2 bad configuration or usage.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

import typer

from onboard import __version__
from onboard.adapters.files.owner_alone import guard
from onboard.cli.commands import TO_ASK, TO_DO, TO_KEEP_RUNNING, TO_SET_UP
from onboard.cli.group import Entry, group
from onboard.cli.streams import standard_streams
from onboard.errors import ConfigError, OnboardError

PARTS = {
    "To set up": {
        "demo": Entry("jobs.demo", "Run a sample lab: read, judge and send, all on this machine."),
        **TO_SET_UP,
    },
    "To ask": TO_ASK,
    "To do": {"run": Entry("jobs.run_job", "Run one job, or `due` for all that are due; dry unless --send."), **TO_DO},
    "To keep it running": {
        "jobs": Entry("jobs.list_jobs", "Show each job: last and next time, and whether it is due."),
        "serve": Entry("jobs.serve", "Run the jobs by the schedule until stopped."),
        "service": Entry("jobs.service", "Print the line for cron and others, and a systemd unit."),
        **TO_KEEP_RUNNING,
        "tidy": Entry("jobs.tidy", "Delete mail texts and reads past their retention."),
    },
}
TABLE = {name: entry for part in PARTS.values() for name, entry in part.items()}

app = typer.Typer(
    cls=group(PARTS),
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="onboard reads a lab's people from REDCap, works out who is cleared for what and until when, "
    "and sends each notice once.",
    epilog="`onboard COMMAND --help` says more. To look around: onboard demo. To begin: onboard init DIR. "
    "Exit codes: 0 done, 1 ran but something needs a person, 2 wrong configuration or usage.",
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"onboard {__version__}\n")
        raise typer.Exit


@app.callback()
def _top(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version.")) -> None:
    return


def rarely_collect() -> None:
    """A read makes millions of values that live to its end: looking for circles among them every 700 costs a third of it."""
    gc.set_threshold(100_000)


def leave_at_once() -> None:
    """At its end Python looks for circles among all there is, several times over: a sixth of a short command. What must be given
    back, as the ledger's file, is given back before or has a finalizer."""
    atexit.register(gc.freeze)


def want_no_plugins() -> None:
    """Turn off pydantic's search for plugins.

    It reads the metadata of every installed package to find plugins that may watch each setting.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main() -> None:
    """Run the command line; an error of ours is one sentence with its next step, never a traceback."""
    want_no_plugins()
    rarely_collect()
    leave_at_once()
    guard()
    with standard_streams():
        try:
            app()
        except OnboardError as error:
            sys.stderr.write(f"onboard: {error}\n")
            sys.exit(2 if isinstance(error, ConfigError) else 1)


if __name__ == "__main__":
    main()
