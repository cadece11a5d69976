"""`onboard tidy`: delete what is past the retention of settings.toml.

Runs do the same automatically.
"""

from __future__ import annotations

from jobs.upkeep import tidy
from onboard.app import open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.folding import counted


def command(home: Home = HERE) -> None:
    """Drop the bodies of old mails, and reads from before the first day that must stay provable; each good run does it, too."""
    app = open_app(home)
    bodies, snapshots = tidy(app)
    kept = app.config.operating
    dropped = f"the text of {counted(bodies, 'mail')} older than {kept.bodies_days} days, and {counted(snapshots, 'old read')}"
    say(f"Dropped {dropped}.")
    if kept.verdicts_from is None:
        say("Every read is kept: settings.toml, [retention] names no verdicts_from.")
