"""What follows a good run: board, write-back, deletion of old bodies, the ping.

It decides what counts as good. Trouble here is logged and stops nothing: the mails are out already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from onboard.app import App
from onboard.errors import OnboardError
from onboard.model import Assessment, Mode, RunReport

LOG = logging.getLogger("onboard.upkeep")
_GOOD = ("sent", "nothing")


def good(report: RunReport) -> bool:
    """Whether a run for real came through, and everything that needs a person was told: a trouble that is told and lasts is no
    reason to call for help again."""
    return report.mode is not Mode.DRY and report.outcome in _GOOD and not report.untold


def after(app: App, reports: Sequence[RunReport]) -> None:
    """Everything that follows the runs of one look. Board and write-back need a good read and wait for no mail; the dead man's
    switch is called when the last run that did something was good."""
    done = [report for report in reports if report.run]
    if not done or done[-1].mode is Mode.DRY:
        return
    if done[-1].read_at is not None:
        for name, act in (("board", write_board), ("write-back", write_back), ("retention", tidy)):
            _each(app, name, act)
    if good(done[-1]):
        _each(app, "ping", ping)


def _each(app: App, name: str, act: Callable[[App], object]) -> None:
    try:
        act(app)
    except OnboardError as error:
        LOG.warning("%s: %s", name, error, extra=_lab(app))
    except Exception:
        # A fault in what only follows the mails may not look like a fault of the run.
        LOG.exception("%s stopped by a fault", name, extra=_lab(app))


def _lab(app: App) -> dict[str, str]:
    return {"lab": app.lab.id}


def write_board(app: App) -> bool:
    """Write the board's page from the newest good read, where settings.toml names a file. Returns whether it was written."""
    file = app.config.operating.board
    assessment = _newest_read(app) if file else None
    if file is None or assessment is None:
        return False
    from onboard.adapters.files.whole_file import write_whole
    from onboard.pipeline.mail_troubles import board_words
    from onboard.rendering.board_page import board_page

    mode = app.lab.limits.mode
    mail = board_words(app.ledger, app.lab, mode, app.today)
    write_whole(file, board_page(assessment, app.ledger.history(mode), app.today, app.lab, mail, app.config.sentences))
    return True


def write_back(app: App) -> int:
    """Verdicts and last mails into the program's own fields of REDCap, where a live lab turned that on; by the newest good read.

    Returns how many records were written and read back; what was locked or refused is counted in the log, and `onboard
    writeback --send` says which and why.
    """
    target = app.config.writeback
    assessment = _newest_read(app) if target and app.lab.limits.mode is Mode.LIVE else None
    if target is None or assessment is None:
        return 0
    from onboard.planning.writeback import plan_writes

    writer = app.record_writer()
    written = writer.write(plan_writes(assessment, app.ledger.history(Mode.LIVE), target, writer.current(), app.today))
    done = sum(one.state == "written" for one in written)
    if done < len(written):
        left = len(written) - done
        LOG.warning(
            "write-back: %s of %s records were not written; see onboard writeback --send", left, len(written), extra=_lab(app)
        )
    return done


def _newest_read(app: App) -> Assessment | None:
    snapshot = app.ledger.snapshot_at(app.clock.now())
    if snapshot is None:
        return None
    from onboard.pipeline.snapshots import export_of

    return app.judge(export_of(snapshot), snapshot=snapshot.id)


def tidy(app: App) -> tuple[int, int]:
    """Drop what settings.toml keeps no longer. Returns how many bodies of mails and how many snapshots went."""
    kept = app.config.operating
    bodies = app.keeping.drop_bodies(app.clock.now() - timedelta(days=kept.bodies_days))
    if kept.verdicts_from is None:
        return bodies, 0
    first = datetime.combine(kept.verdicts_from, datetime.min.time(), tzinfo=app.lab.zone)
    return bodies, app.keeping.drop_reads(first)


def ping(app: App) -> bool:
    """Call the dead man's switch, where one is given. Returns whether it was called."""
    from onboard.adapters.ping_url import ping as call
    from onboard.config.secrets import PING_URL

    if not app.config.secrets.has(PING_URL):
        return False
    call(app.config.secrets.get(PING_URL).get_secret_value())
    return True
