"""One lab's home as a service keeps it, and a folder of them.

It decides when a home is looked into, how long it is left alone after trouble, and that labs share nothing: each has its own
configuration, secrets, ledger and mail, opened for a look.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from jobs.due import mail_waits, run_due, schedule_of, slot_now, timings
from jobs.upkeep import after
from onboard.app import App, open_app
from onboard.config.schedule import JobTime
from onboard.config.secrets import CREDENTIALS, shared_credentials
from onboard.errors import ConfigError, OnboardError
from onboard.model import JobName, Lab, MailNumbers, Mode, RunReport
from onboard.pipeline.crashing import place
from onboard.ports import Clock

LOG = logging.getLogger("onboard.labs")
_FILES = ("settings.toml", "requirements.toml", "redcap.toml", "schedule.toml", "closures.csv")
#: After trouble the next look waits so long: a server that is down is not asked every minute, and files that cannot be used are
#: not read every minute either.
PATIENCE = timedelta(minutes=10)
_OWN = ("_TOKEN", "_PASSWORD", "_SECRET", "_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What must be known to leave a lab alone: nothing of it stays open between two looks."""

    lab: Lab
    schedule: dict[JobName, JobTime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look came to: what was run, the last used slot of each job, and whether something of it still waits.

    A look that was stopped by a fault knows nothing (`last` is None) and is tried again.
    """

    reports: list[RunReport] = field(default_factory=list)
    last: dict[JobName, date] | None = None
    waits: bool = True
    mail: MailNumbers | None = None


#: (home, name of the lab in the log, clock, whether to come to an end) -> what the look came to.
LookInto = Callable[[Path, str, Clock, Callable[[], bool]], Looked]


#: After so many looks what they left behind in circles is let go. Python does that too late on its own where hundreds of
#: labs follow each other: they would hold a gigabyte by then.
TIDY_EVERY = 32
_LOOKS = count(1)


def look_into(home: Path, name: str, clock: Clock, stop: Callable[[], bool], *, alone: bool = False) -> Looked:
    """Open the lab, run what is due, see to what follows, close it. Raises nothing that another lab could feel.

    `alone`: no other lab is served beside it, so it may take a secret from where all of them would look.
    """
    found = _look(home, name, clock, stop, alone)
    if next(_LOOKS) % TIDY_EVERY == 0:
        gc.collect()
    return found


def look_alone(home: Path, name: str, clock: Clock, stop: Callable[[], bool]) -> Looked:
    """See `look_into`: the look into the only lab that is served."""
    return look_into(home, name, clock, stop, alone=True)


def _look(home: Path, name: str, clock: Clock, stop: Callable[[], bool], alone: bool) -> Looked:
    try:
        with Opened(home, clock, alone) as app:
            reports = run_due(app, app.lab.limits.mode, stop)
            after(app, reports)
            return _looked(app, reports)
    except OnboardError as error:
        LOG.error("%s", error, extra={"lab": name})
    except Exception:
        # Whatever happens in one lab, the others go on; the next look tries again.
        LOG.exception("the look into this lab was stopped by a fault", extra={"lab": name})
    return Looked()


def _looked(app: App, reports: list[RunReport]) -> Looked:
    from onboard.pipeline.mail_troubles import mail_numbers

    found = timings(app, app.lab.limits.mode)
    waits = any(one.waiting for one in found) or mail_waits(app, app.lab.limits.mode)
    last = {one.job: one.last for one in found if one.last}
    return Looked(reports=reports, last=last, waits=waits, mail=mail_numbers(app.ledger, app.lab.limits.mode, app.today))


@dataclass(slots=True)
class LabHome:
    """One lab's home. `trouble` says why it cannot be used, "" when it can.

    Its files are read again when they change. While it is in trouble they are read again anyhow, now and then: the fault may have
    passed (no file could be opened), or lie in a file that is not watched (a certificate) or in another home (a twin).
    `claims` is the id its files give, whether it can be used or not; `folder` holds all homes that are served, itself too.
    """

    home: Path
    clock: Clock
    trouble: str = ""
    brief: Brief | None = None
    last: dict[JobName, date] = field(default_factory=dict)
    not_before: datetime | None = None
    mail: MailNumbers | None = None  # as the last look left it
    look_by: LookInto = look_into
    claims: str = ""
    folder: Sequence[LabHome] = field(default=(), repr=False, compare=False)
    _seen: tuple[float, ...] = ()
    _again: datetime | None = None

    @property
    def name(self) -> str:
        """The lab's id, or its folder where the configuration cannot say."""
        return self.brief.lab.id if self.brief else self.home.name

    def load(self) -> None:
        """Read the configuration if it may be another than the last time. Raises nothing that another lab could feel."""
        try:
            self._load()
        except ConfigError as error:
            self.claims = ""
            if self._unusable(str(error)):
                LOG.error("%s: %s", self.home.name, error, extra={"lab": self.home.name})
        except Exception as fault:
            # A file that is not a file, a folder of another user: whatever it is, the other labs go on.
            self.claims = ""
            why = f"its files cannot be read ({type(fault).__name__} at {place(fault)}): run onboard check --home {self.home}"
            if self._unusable(why):
                LOG.exception("%s: %s", self.home.name, why, extra={"lab": self.home.name})

    def _load(self) -> None:
        seen = tuple(path.stat().st_mtime if path.exists() else 0.0 for path in (self.home / name for name in _FILES))
        if seen == self._seen and not self._try_again():
            return
        self._seen, self._again = seen, self.clock.now() + PATIENCE
        app = open_app(self.home, clock=self.clock)
        self.claims = app.lab.id
        if self.refuse_twin():
            return
        self.brief, self.not_before = Brief(lab=app.lab, schedule=schedule_of(app)), None
        self.trouble = ""

    def refuse_twin(self) -> bool:
        """Refuse to run when another home has this one's id.

        They would share their history, so this one is left alone until that is corrected. At the start it is unknown which one is
        meant, so neither runs; later the one that was there first goes on.
        """
        twins = sorted(one.home.name for one in self.folder if self.claims and one.claims == self.claims)
        if len(twins) < 2:
            return False
        why = f"settings.toml, [lab], id: {self.claims!r} is the id of {', '.join(twins)}. Give each lab an id of its own."
        if self._unusable(why):
            LOG.error("%s: %s", self.home.name, why, extra={"lab": self.home.name})
        return True

    def _try_again(self) -> bool:
        return bool(self.trouble) and (self._again is None or self.clock.now() >= self._again)

    def _unusable(self, why: str) -> bool:
        """Leave the lab alone; whether that is news."""
        news, self.brief, self.trouble = why != self.trouble, None, why
        return news

    def wants_look(self) -> bool:
        """Whether a slot may wait; opens nothing."""
        self.load()
        if self.brief is None or self.brief.lab.limits.mode is Mode.DRY:
            return False
        now = self.clock.now()
        if self.not_before is not None:
            return now >= self.not_before
        local, lab = now.astimezone(self.brief.lab.zone), self.brief.lab
        return any(
            slot_now(when, local, self.last.get(name), lab.cadence.calendar, lab.evening)
            for name, when in self.brief.schedule.items()
        )

    def look(self, stop: Callable[[], bool]) -> list[RunReport]:
        """One look, and when the next one may be. Raises nothing that another lab could feel."""
        found = self.look_by(self.home, self.name, self.clock, stop)
        self.last = self.last if found.last is None else found.last
        self.not_before = self.clock.now() + PATIENCE if found.waits else None
        self.mail = found.mail or self.mail
        return found.reports


class Opened:
    """An app that is closed however the block ends."""

    def __init__(self, home: Path, clock: Clock, alone: bool) -> None:
        self._app = open_app(home, clock=clock, alone=alone)

    def __enter__(self) -> App:
        return self._app

    def __exit__(self, *_: object) -> None:
        self._app.close()


def labs_in(folder: Path, clock: Clock) -> list[LabHome]:
    """The homes in a folder: each sub-folder that holds a settings.toml, by name.

    Raises ConfigError when there is none, or when a secret lies where every lab would find it.
    """
    _refuse_shared_secrets(os.environ)
    homes = sorted(path.parent for path in folder.glob("*/settings.toml")) if folder.is_dir() else []
    if not homes:
        raise ConfigError(f"There is no lab in {folder}. Create one: onboard init {folder}/my-lab")
    labs = [LabHome(home, clock) for home in homes]
    for lab in labs:
        lab.load()
    for lab in labs:
        lab.folder = labs
        lab.refuse_twin()
    return labs


def _refuse_shared_secrets(environ: Mapping[str, str]) -> None:
    places = {"is set in the environment": sorted(environ)}
    places[f"lies in the service's credentials ({environ.get(CREDENTIALS)})"] = shared_credentials(environ)
    for where, names in places.items():
        shared = next((name for name in names if name.startswith("ONBOARD_") and name.endswith(_OWN)), "")
        if shared:
            raise ConfigError(
                f"{shared} {where}, where every lab of the folder would use it. Take it out and put it into that lab's own "
                "secrets.env."
            )
