"""The composition root: a lab's home in, an App out. Decides which adapter stands behind which port; each is imported inside
the function that builds it, so that a command loads what it uses and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from onboard.errors import ConfigError

if TYPE_CHECKING:
    from onboard.adapters.ledger_keeping import LedgerKeeping
    from onboard.adapters.m365_token import M365Tokens
    from onboard.adapters.redcap_project import RedcapProject
    from onboard.adapters.sql_ledger import SqlLedger
    from onboard.config.loading import Config
    from onboard.model import Assessment, Export, Lab, Message, Notice, Rules
    from onboard.model.mapping import Mapping as RecordMapping
    from onboard.pipeline.tools import Tools
    from onboard.ports import BounceSource, Clock, Mailer, RecordSource, RecordWriter
    from onboard.rendering.renderer import Renderer


def open_app(
    home: Path,
    *,
    as_of: date | None = None,
    export: Path | None = None,
    clock: Clock | None = None,
    accept_fewer_rows: bool = False,
) -> App:
    """The app of one lab's home. `as_of` answers as if that day were today; `export` reads a folder instead of REDCap;
    `accept_fewer_rows` takes a read that is smaller than the last one, because somebody said that rows were deleted.

    Raises ConfigError that lists every mistake of the configuration.
    """
    from onboard.adapters.system_clock import FixedClock, SystemClock
    from onboard.config.loading import load_config

    config = load_config(home)
    clock = clock or SystemClock()
    if as_of is not None:
        clock = FixedClock(datetime.combine(as_of, time(12), tzinfo=config.lab.zone))
    return App(config, clock, export=export, pretended=as_of is not None, accept_fewer_rows=accept_fewer_rows)


class _Uncounted:
    """A source whose reads are not compared with the last one: somebody said that rows were deleted on purpose."""

    def __init__(self, source: RecordSource) -> None:
        self._source = source

    def fetch(self, last_rows: Mapping[str, int]) -> Export:
        """One whole read, however many rows."""
        return self._source.fetch({})


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
    ) -> None:
        self.config, self.clock, self._export = config, clock, export
        self._accept_fewer_rows = accept_fewer_rows
        self.pretended = pretended  # today is not today

    @property
    def lab(self) -> Lab:
        """The lab's settings."""
        return self.config.lab

    @property
    def today(self) -> date:
        """The local date of the lab, read from the clock now."""
        return self.clock.now().astimezone(self.lab.zone).date()

    @cached_property
    def source(self) -> RecordSource:
        """REDCap, or the folder given instead of it."""
        return _Uncounted(self._counted_source()) if self._accept_fewer_rows else self._counted_source()

    def _counted_source(self) -> RecordSource:
        if self._export is not None:
            from onboard.adapters.folder_source import FolderSource

            return FolderSource(self._export, self.config.mapping, self.clock.now())
        from onboard.adapters.protocol_files import WithProtocolFiles
        from onboard.adapters.redcap_source import RedcapSource

        source = RedcapSource(self.redcap_projects(), self.redcap_mapping, self.clock)
        if self.redcap_mapping == self.config.mapping:
            return source
        return WithProtocolFiles(source, self.config.home, self.config.mapping)

    @cached_property
    def redcap_mapping(self) -> RecordMapping:
        """What REDCap holds: all of it, or all but the protocols, when these are files in the home."""
        from onboard.adapters.protocol_files import has_protocol_files
        from onboard.model.mapping import PROTOCOL_TABLES

        mapping = self.config.mapping
        if not has_protocol_files(self.config.home):
            return mapping
        return mapping.only({source.project for source in mapping.sources if source.table not in PROTOCOL_TABLES})

    def redcap_projects(self, names: Collection[str] = ()) -> list[RedcapProject]:
        """How each project is reached, with its token; those of the mapping, or the ones named."""
        from onboard.adapters.redcap_project import RedcapProject
        from onboard.config.secrets import secret, token_name

        return [
            RedcapProject(
                name=one.name,
                url=one.url,
                token=secret(token_name(one.name), self.config.home),
                contact=one.contact,
                ca_file=one.ca_file,
                proxy=one.proxy,
                connect_seconds=one.connect_seconds,
                read_seconds=one.read_seconds,
                retries=one.retries,
            )
            for one in self.config.redcap.values()
            if one.name in (names or self.redcap_mapping.projects)
        ]

    def record_writer(self) -> RecordWriter:
        """The program's own fields in REDCap. Raises ConfigError when write-back is off."""
        from onboard.adapters.redcap_writer import RedcapWriter

        target = self.config.writeback
        if target is None:
            raise ConfigError("write-back is off: enabled = false under [writeback] in settings.toml.")
        (project,) = self.redcap_projects([target.project])
        return RedcapWriter(project, target.instrument, tuple(target.fields.values()), target.event)

    @cached_property
    def ledger(self) -> SqlLedger:
        """The lab's memory; tables are made or upgraded when it is opened."""
        from onboard.adapters.sql_ledger import SqlLedger

        return SqlLedger(self.config.ledger_url, self.lab.id)

    @cached_property
    def keeping(self) -> LedgerKeeping:
        """Housekeeping of the lab's memory."""
        from onboard.adapters.ledger_keeping import LedgerKeeping

        return LedgerKeeping(self.config.ledger_url, self.lab.id)

    @cached_property
    def mailer(self) -> Mailer:
        """How mail leaves: files, or yagmail."""
        mail = self.config.mail
        if mail.transport == "files":
            from onboard.adapters.file_mailer import FileMailer

            return FileMailer(mail.folder)
        from onboard.adapters.smtp_settings import Smtp, Tls
        from onboard.adapters.yagmail_mailer import YagmailMailer
        from onboard.config.secrets import MAIL_PASSWORD, secret

        with_token = mail.transport == "login" and mail.login == "xoauth2"
        with_password = mail.transport == "login" and not with_token
        password = secret(MAIL_PASSWORD, self.config.home).get_secret_value() if with_password else ""
        return YagmailMailer(
            Smtp(
                host=mail.host,
                sender=self.lab.sender,
                port=mail.port,
                tls=Tls(mail.tls),
                user=mail.user if mail.transport == "login" else "",
                password=password,
                token=self.m365_tokens(mail.user) if with_token else None,
                ca_file=mail.ca_file,
                # the settings file refuses an open line to another machine that gives no reason
                unencrypted_is_fine=True,
                helo=mail.helo,
                per_minute=mail.rate_per_minute,
            )
        )

    def m365_tokens(self, user: str) -> M365Tokens:
        """Access tokens of Microsoft 365 for a mailbox."""
        from onboard.adapters.m365_token import M365Tokens, Registration
        from onboard.config.secrets import M365_SECRET, secret

        asked = self.config.m365
        password = secret(M365_SECRET, self.config.home).get_secret_value() if asked.flow == "app" else ""
        return M365Tokens(
            Registration(
                tenant=asked.tenant,
                client_id=asked.client_id,
                flow=asked.flow,
                cache=asked.cache,
                user=user,
                secret=password,
            )
        )

    def bounce_source(self) -> BounceSource | None:
        """The mailbox that delivery reports come back to; None when settings.toml names none."""
        box = self.config.bounces
        if box is None:
            return None
        from onboard.adapters.imap_bounces import ImapBounces, Mailbox
        from onboard.config.secrets import BOUNCES_PASSWORD, secret

        with_token = box.login == "xoauth2"
        return ImapBounces(
            Mailbox(
                host=box.host,
                port=box.port,
                tls=box.tls,
                user=box.user,
                password="" if with_token else secret(BOUNCES_PASSWORD, self.config.home).get_secret_value(),
                token=self.m365_tokens(box.user) if with_token else None,
                ca_file=box.ca_file,
                folder=box.folder,
                sent_folder=box.sent_folder,
            )
        )

    def judge(self, export: Export, rules: Rules | None = None, snapshot: str = "") -> Assessment:
        """An export read into tables and judged; `read_on` is the lab's local day of the read."""
        from onboard.adapters.intake_home import queued
        from onboard.intake.queue import queue_sentences
        from onboard.pipeline.judging import judge
        from onboard.tables import read_tables

        tables, problems = read_tables(export, self.config.mapping, self.lab.zone)
        read_on = export.read_at.astimezone(self.lab.zone).date()
        found = judge(tables, problems, rules or self.config.rules, export.read_at, read_on, snapshot)
        waiting = queue_sentences(queued(self.config.home))
        return replace(found, forms=self._forms(export.links), waiting=waiting)

    def _forms(self, links: Mapping[str, str]) -> dict[str, str]:
        projects = self.config.mapping.projects
        return {form: links[name] for name in projects if name in links for form in self.config.mapping.instruments(name)}

    @cached_property
    def assessment(self) -> Assessment:
        """One read of the records, judged: what questions are answered from. Raises ReadInDoubt, and SilentChange when the
        rules were changed for days already judged and nobody accepted it."""
        self._refuse_silent_change()
        return self.judge(self.export)

    @cached_property
    def export(self) -> Export:
        """The one read that questions are answered from. Raises ReadInDoubt."""
        return self.source.fetch({})

    def _refuse_silent_change(self) -> None:
        """A lab that has no memory yet has judged nothing."""
        from onboard.config.rules_file import rules_from_text
        from onboard.pipeline.rules_check import refuse_silent_change

        if self.remembers:
            refuse_silent_change(self.ledger, self.config.rules, rules_from_text, self.today, self.lab.zone)

    @property
    def remembers(self) -> bool:
        """Whether there may be a ledger to look into; a question makes none."""
        kind, _, path = self.config.ledger_url.partition(":///")
        return "ledger" in self.__dict__ or not kind.startswith("sqlite") or Path(path).is_file()

    def render(self, notice: Notice) -> Message:
        """A notice in words, with the lab's own templates before the shipped ones."""
        return self._renderer.render(notice)

    @cached_property
    def _renderer(self) -> Renderer:
        from onboard.rendering.renderer import Renderer

        return Renderer(self.lab, self.config.home / "templates")

    def compose(self, message: Message, to: str, message_id: str, now: datetime) -> bytes:
        """The bytes of a message; answers go to the coordinator on duty that day."""
        from onboard.adapters.mime import build

        (coordinator, *_) = self.lab.on_duty(now.astimezone(self.lab.zone).date())
        return build(
            message,
            to,
            message_id,
            now.astimezone(self.lab.zone),
            sender=self.lab.sender,
            sender_name=f"{self.lab.name} onboarding",
            reply_to=coordinator.address,
            reply_name=coordinator.name,
            lab_id=self.lab.id,
        )

    def close(self) -> None:
        """Give back what was opened: the ledger's file, the mail connection."""
        for opened in ("ledger", "keeping", "mailer"):
            if opened in self.__dict__:
                self.__dict__[opened].close()

    def tools(self) -> Tools:
        """Everything a run needs."""
        from onboard.config.rules_file import rules_from_text
        from onboard.pipeline.tools import Tools

        return Tools(
            source=self.source,
            mailer=self.mailer,
            ledger=self.ledger,
            clock=self.clock,
            lab=self.lab,
            rules=self.config.rules,
            rules_text=self.config.rules_text,
            rules_of=rules_from_text,
            judge=self.judge,
            render=self.render,
            compose=self.compose,
        )
