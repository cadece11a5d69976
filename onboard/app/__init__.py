"""The composition root: a lab's home in, an App out.

Each part is built when it is first asked for, so that a command loads what it uses and nothing else. records.py and mail.py
choose the adapter of each port.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from onboard.app import mail, records
from onboard.app.judged import JudgedReads
from onboard.app.once import Once
from onboard.errors import ConfigError

if TYPE_CHECKING:
    from onboard.adapters.files.handed_over_file import HandedOverFile
    from onboard.adapters.ledger.keeping import LedgerKeeping
    from onboard.adapters.ledger.sql_ledger import SqlLedger
    from onboard.adapters.mail.m365_token import M365Tokens
    from onboard.adapters.redcap.project import RedcapProject
    from onboard.config.loading import Config
    from onboard.model import Assessment, Export, History, JobName, Lab, Message, Mode, Notice, Rules, Waiting
    from onboard.model.mapping import Mapping as RecordMapping
    from onboard.pipeline.forecast import Decided, Memory
    from onboard.pipeline.one_look import OneLook
    from onboard.pipeline.tools import Rejudging, Tools
    from onboard.ports import BounceSource, Clock, EvidenceFiles, Mailer, RecordSource, RecordWriter
    from onboard.rendering.renderer import Renderer
    from onboard.tables.since import Reads


#: A pause between good reads longer than this is a break: what was read before it tells no "since when".
_LONG = 60
T = TypeVar("T")


def open_app(
    home: Path,
    *,
    as_of: date | None = None,
    export: Path | None = None,
    clock: Clock | None = None,
    accept_fewer_rows: bool = False,
    reads_only: bool = False,
    alone: bool = True,
    own_mapping: bool = True,
) -> App:
    """Return the app of one lab's home.

    `as_of` answers as if that day were today; `export` reads a folder instead of REDCap; `accept_fewer_rows` takes a read that is
    smaller than the last one, because the user said that rows were deleted. `reads_only` makes no ledger where there is none: a
    blank one takes its place. A caller that passes a `clock` is not a person at a terminal, so long work shows no progress there.
    A lab that is not `alone` is one of many: it takes no secret that another lab would find, too. Without its `own_mapping` the
    shipped redcap.toml stands in, also for one with mistakes.

    Raises ConfigError that lists every mistake of the configuration.
    """
    from onboard.adapters.system_clock import FixedClock, SystemClock
    from onboard.config.loading import load_config

    config = replace(load_config(home, own_mapping=own_mapping), alone=alone)
    if export is not None:
        config = config.for_files()
    given = clock
    clock = clock or SystemClock()
    if as_of is not None:
        clock = FixedClock(datetime.combine(as_of, time(12), tzinfo=config.lab.zone))
    return App(
        config,
        clock,
        export=export,
        pretended=as_of is not None,
        accept_fewer_rows=accept_fewer_rows,
        reads_only=reads_only,
        shows_progress=given is None,
    )


class App:
    """One lab: its configuration, its clock, and the rooms built from them when they are first asked for."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        *,
        export: Path | None = None,
        pretended: bool = False,
        accept_fewer_rows: bool = False,
        reads_only: bool = False,
        shows_progress: bool = False,
    ) -> None:
        from onboard.adapters.terminal_progress import Terminal

        self.terminal = Terminal(shows_progress)
        self._judged_reads = JudgedReads()
        self.config, self.clock, self._export = config, clock, export
        self._accept_fewer_rows, self._reads_only = accept_fewer_rows, reads_only
        self.pretended = pretended  # today is not today
        self._looking = False
        self._one_look: OneLook | None = None

    @property
    def lab(self) -> Lab:
        """The lab's settings."""
        return self.config.lab

    @property
    def today(self) -> date:
        """The local date of the lab, read from the clock now."""
        return self.clock.now().astimezone(self.lab.zone).date()

    @Once
    def source(self) -> RecordSource:
        """REDCap, or the folder given instead of it."""
        from onboard.adapters.terminal_progress import WatchedSource

        source = WatchedSource(
            records.record_source(self.config, self.clock, self._export, pretended=self.pretended), self.terminal
        )
        listed = records.WithIrbLists(source, self.config.home, self.lab.zone)
        return records.Uncounted(listed) if self._accept_fewer_rows else listed

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """While the block runs all jobs plan on one read; before and after it each reads for itself."""
        self._looking = True
        try:
            yield
        finally:
            self._looking, self._one_look = False, None

    def _source_of_jobs(self) -> RecordSource:
        from onboard.pipeline.one_look import OneLook

        source = records.WhenAsked(lambda: self.source)
        if not self._looking:
            return source
        if self._one_look is None:
            self._one_look = OneLook(source, self.clock)
        return self._one_look

    @Once
    def redcap_mapping(self) -> RecordMapping:
        """What REDCap holds: all of it, or all but the protocols, when these are files in the home."""
        return records.redcap_mapping(self.config)

    def redcap_projects(self, names: Collection[str] = ()) -> list[RedcapProject]:
        """How each project is reached, with its token; those of the mapping, or the ones named."""
        return records.redcap_projects(self.config, names or self.redcap_mapping.projects)

    def evidence_files(self) -> EvidenceFiles:
        """The certificates attached to the evidence. Raises ConfigError where records come from a folder, which holds none."""
        if self._export is not None:
            raise ConfigError("--files asks REDCap for certificates, and a folder of exports holds none. Leave out --export.")
        return records.evidence_files(self.config)

    def record_writer(self) -> RecordWriter:
        """The program's own fields in REDCap. Raises ConfigError when write-back is off."""
        return records.record_writer(self.config)

    @Once
    def ledger(self) -> SqlLedger:
        """The lab's memory; tables are made or upgraded when it is opened."""
        from onboard.adapters.ledger.sql_ledger import SqlLedger

        if self._reads_only and not self.remembers:
            return SqlLedger.blank(self.lab.id)
        return SqlLedger(self.config.ledger_url, self.lab.id)

    @Once
    def book(self) -> HandedOverFile:
        """The book of sent mails, written down beside the ledger."""
        from onboard.adapters.files.handed_over_file import HandedOverFile

        return HandedOverFile(self.config.home)

    @Once
    def keeping(self) -> LedgerKeeping:
        """Housekeeping of the lab's memory."""
        from onboard.adapters.ledger.keeping import LedgerKeeping

        return LedgerKeeping(self.config.ledger_url, self.lab.id)

    @Once
    def mailer(self) -> Mailer:
        """How mail leaves: files, or yagmail."""
        return mail.mailer(self.config)

    def m365_tokens(self, user: str) -> M365Tokens:
        """Access tokens of Microsoft 365 for a mailbox."""
        return mail.m365_tokens(self.config, user)

    def bounce_source(self) -> BounceSource | None:
        """The mailbox that delivery reports come back to; None when settings.toml names none."""
        return mail.bounce_source(self.config)

    def judge(self, export: Export, rules: Rules | None = None, snapshot: str = "") -> Assessment:
        """An export read into tables and judged; `read_on` is the lab's local day of the read."""
        with self.terminal.working("Judging"):
            return self._judge(export, rules or self.config.rules, snapshot)

    def _judge(self, export: Export, rules: Rules, snapshot: str) -> Assessment:
        from onboard.pipeline.judging import judge
        from onboard.pipeline.reviewing import review_form
        from onboard.tables import evidence_rows, read_tables

        read_on = export.read_at.astimezone(self.lab.zone).date()

        def judged() -> Assessment:
            reads = self._reads(export)
            tables, problems = read_tables(export, self.config.mapping, self.lab.zone, reads)
            found = judge(tables, problems, rules, export.read_at, read_on, snapshot, irb_lists=export.irb_lists)
            form, rows = review_form(export, self.config.mapping), tuple(reads.facts.values())
            return replace(found, evidence_rows=evidence_rows(export, self.config.mapping), review_form=form, rows_seen=rows)

        found = self._judged_reads.get(export, rules, read_on, snapshot, judged)
        return replace(
            found, forms=self._forms(export.links), waiting=self._waiting(found, export), clock_ahead=export.clock_ahead
        )

    def _reads(self, export: Export) -> Reads:
        """What the good reads before an export tell of its rows; nothing where a folder is asked instead of REDCap."""
        from onboard.tables.since import Reads

        if not (self.config.mapping.says_now and self.remembers and self._export is None):
            return Reads(export.read_at, self.lab.zone)
        before = [at for at, _ in self.ledger.reads(export.read_at - timedelta(days=_LONG)) if at < export.read_at]
        return Reads(export.read_at, self.lab.zone, self.ledger.rows_seen(), max(before, default=None))

    def _waiting(self, judged: Assessment, export: Export) -> tuple[Waiting, ...]:
        """What intake left waiting; its rooms are opened only where something waits. A line that cannot be read is one of it."""
        from onboard.adapters.files.intake_home import readable_queue

        found, damaged = readable_queue(self.config.home)
        waiting: tuple[Waiting, ...] = ()
        if found or damaged:
            from onboard.intake.queue import damaged_sentence, queue_sentences
            from onboard.judging.courses import CourseMap

            waiting = (
                *queue_sentences(found, CourseMap(self.config.rules.courses)),
                *(damaged_sentence(number) for number, _ in damaged),
            )
        if export.irb_lists:
            from onboard.intake.irb_compare import irb_sentences
            from onboard.intake.irb_list import list_of

            lists = [irb for text in export.irb_lists if (irb := list_of(text))]
            waiting += irb_sentences(lists, judged, judged.read_on)
        return waiting

    def _forms(self, links: Mapping[str, str]) -> dict[str, str]:
        projects = self.config.mapping.projects
        return {form: links[name] for name in projects if name in links for form in self.config.mapping.instruments(name)}

    @Once
    def assessment(self) -> Assessment:
        """One read of the records, judged: questions are answered from it.

        Raises ReadInDoubt, and SilentChange when the rules were changed for days already judged without an acceptance.
        """
        self._refuse_silent_change()
        return self.judge(self.export)

    @Once
    def export(self) -> Export:
        """The one read that questions are answered from, compared with the last good one. Raises ReadInDoubt."""
        return self.source.fetch(self._last_good())

    def _last_good(self) -> Mapping[str, str]:
        """The instruments of the newest good read; none where a folder is asked instead of REDCap, or nothing was read yet."""
        from onboard.pipeline.snapshots import export_of

        last = self.ledger.snapshot_at(self.clock.now()) if self.remembers and self._export is None else None
        return export_of(last).instruments if last else {}

    def _refuse_unreviewed(self, export: Export, before: Export | None) -> None:
        from onboard.pipeline.reviewing import refuse_unreviewed

        refuse_unreviewed(export, before, self.config.mapping, self.lab.zone)

    def _refuse_silent_change(self) -> None:
        """A lab that has no memory yet has judged nothing."""
        if self.remembers:
            from onboard.config.rules_file import rules_from_text
            from onboard.pipeline.rules_check import refuse_silent_change

            refuse_silent_change(self.ledger, self.config.rules, rules_from_text, self.today, self.lab.zone)

    @property
    def remembers(self) -> bool:
        """Whether there may be a ledger to look into; a question makes none."""
        kind, _, path = self.config.ledger_url.partition(":///")
        return "ledger" in self.__dict__ or not kind.startswith("sqlite") or Path(path).is_file()

    def render(self, notice: Notice) -> Message:
        """A notice in words, with the lab's own templates before the shipped ones."""
        return self._renderer.render(notice)

    @Once
    def _renderer(self) -> Renderer:
        from onboard.rendering.renderer import Renderer

        return Renderer(self.lab, self.config.home / "templates", self.config.sentences)

    def words(self, value: T) -> T:
        """A value for people with every sentence in it in the lab's own words."""
        from onboard.model.phrases import say_again

        return say_again(value, self.config.sentences)

    def compose(self, message: Message, to: str, message_id: str, now: datetime) -> bytes:
        """The bytes of a message; answers go to the coordinator on duty that day."""
        return mail.compose(self.lab, message, to, message_id, now)

    def close(self) -> None:
        """Give back what was opened: the ledger's file, the mail connection."""
        for opened in ("ledger", "keeping", "mailer"):
            if opened in self.__dict__:
                self.__dict__[opened].close()

    def _watched_mailer(self) -> Mailer:
        from onboard.adapters.terminal_progress import WatchedMailer

        def waiting() -> int:
            states = self.ledger.outbox(self.lab.limits.mode)
            return states.get("queued", 0) + states.get("sending", 0)

        return WatchedMailer(self.mailer, self.terminal, waiting)

    def forecast(self, *, first: date | None = None, days: int = 1, fresh: bool = False) -> Iterator[tuple[date, list[Decided]]]:
        """What the jobs of each day from `first` (today when None) on would send, and what is held and why; by the memory of the
        mode that counts, or with `fresh` as if the lab had begun and nothing was sent."""
        from onboard.pipeline.forecast import forecast, no_memory, with_mode

        lab = with_mode(self.lab, self.lab.limits.mode)
        remembered = no_memory(started=True) if fresh else self._memory(lab.limits.mode)
        return forecast(self.assessment, remembered, lab, first or self.today, days, jobs=self.jobs_on)

    def _memory(self, mode: Mode) -> Memory:
        from onboard.pipeline.reading import memory

        return memory(self._rejudging(), mode, self.assessment, self.export, self.today)

    def own_history(self, mode: Mode) -> History:
        """What was said to and about the people whom the record ids name today."""
        from onboard.pipeline.persons import own_history

        return own_history(self.ledger.history(mode), self.ledger.people_seen(), self.assessment)

    def jobs_on(self, day: date) -> list[JobName]:
        """The jobs that the schedule may run on a day, in their order; a weekly one waits on the days after its own."""
        from onboard.pipeline.plans import PLANS

        schedule = self.config.schedule
        return [job for job in PLANS if job in schedule and schedule[job].may_run(day)]

    @property
    def began_on(self) -> date | None:
        """The day on which `onboard start --send` began in the mode that counts; None when it did not."""
        from onboard.pipeline.forecast import with_mode

        return self.ledger.began_on(with_mode(self.lab, self.lab.limits.mode).limits.mode) if self.remembers else None

    def _rejudging(self) -> Rejudging:
        from onboard.config.rules_file import rules_from_text
        from onboard.pipeline.tools import Rejudging

        rules = self.config.rules
        return Rejudging(
            ledger=self.ledger,
            judge=self.judge,
            rules=rules,
            rules_text=self.config.rules_text,
            rules_of=rules_from_text,
            zone=self.lab.zone,
        )

    def tools(self) -> Tools:
        """Everything a run needs."""
        from onboard.config.rules_file import rules_from_text
        from onboard.pipeline.tools import Tools

        return Tools(
            source=self._source_of_jobs(),
            mailer=self._watched_mailer(),
            ledger=self.ledger,
            clock=self.clock,
            accepts_loss=self._accept_fewer_rows,
            pretended=self.pretended,
            book=self.book,
            lab=self.lab,
            rules=self.config.rules,
            rules_text=self.config.rules_text,
            rules_of=rules_from_text,
            judge=self.judge,
            render=self.render,
            compose=self.compose,
            refuse_unreviewed=self._refuse_unreviewed,
            hand_in=records.hand_in_pages(self.config) if self._export is None else None,
            papers=records.papers(self.config, self.today) if self._export is None else None,
            settings=mail.how_settings_stand(self.config.home),
        )
