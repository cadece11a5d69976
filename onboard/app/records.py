"""How the lab's records are reached: REDCap, files, or a folder of exports.

It chooses the adapter of each port; each is imported inside the function that builds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from onboard.errors import ConfigError, ReadInDoubt

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from onboard.adapters.redcap.project import RedcapProject
    from onboard.config.loading import Config
    from onboard.intake.claims import ReadFile, Refused
    from onboard.model import Export
    from onboard.model.mapping import Mapping as RecordMapping
    from onboard.model.mapping import Source
    from onboard.pipeline.handed_papers import Papers
    from onboard.ports import Clock, EvidenceFiles, HandIn, HandInPages, Pages, RecordSource, RecordWriter, Upload, Uploads


class Uncounted:
    """A source whose reads are not compared with the last good one.

    The user said that rows were deleted on purpose. As with the very first one, reads are made twice.
    """

    def __init__(self, source: RecordSource) -> None:
        self._source = source

    def fetch(self, last: Mapping[str, str]) -> Export:
        """One whole read, however many rows."""
        return self._source.fetch({})


class WithIrbLists:
    """A source whose reads come with the IRB's own lists that the home holds, of the day of the read or before."""

    def __init__(self, source: RecordSource, home: Path, zone: ZoneInfo) -> None:
        self._source, self._home, self._zone = source, home, zone

    def fetch(self, last: Mapping[str, str]) -> Export:
        """One whole read. Raises ReadInDoubt, also for a list that is damaged."""
        from onboard.adapters.files.intake_home import irb_lists
        from onboard.intake.irb_list import list_text

        export = self._source.fetch(last)
        read_on = export.read_at.astimezone(self._zone).date()
        try:
            lists = [irb for irb in irb_lists(self._home).values() if irb.as_of <= read_on]
        except ConfigError as error:
            raise ReadInDoubt(str(error)) from error
        return replace(export, irb_lists=tuple(map(list_text, lists)))


class WhenAsked:
    """The source of the jobs, made when they read.

    A token that cannot be read by then is a failed read: there is a run, and the operator is told by mail, since logs are rarely
    read.
    """

    def __init__(self, make: Callable[[], RecordSource]) -> None:
        self._make = make

    def fetch(self, last: Mapping[str, str]) -> Export:
        """One whole read. Raises ReadInDoubt."""
        try:
            source = self._make()
        except ConfigError as error:
            raise ReadInDoubt(str(error)) from error
        return source.fetch(last)


class PagesWhenAsked:
    """The same of people's own completion surveys: mails go without the page then, as when REDCap refuses it."""

    def __init__(self, make: Callable[[], HandInPages]) -> None:
        self._make = make

    def addresses(self, wanted: Sequence[HandIn]) -> Pages:
        """One call for each. Raises nothing."""
        from onboard.ports import Pages

        try:
            pages = self._make()
        except ConfigError as error:
            return Pages(trouble=str(error))
        return pages.addresses(wanted)


def record_source(config: Config, clock: Clock, export: Path | None, *, pretended: bool = False) -> RecordSource:
    """REDCap, or the folder `export` instead of it. A `pretended` day is not held against the server's clock."""
    if export is not None:
        from onboard.adapters.files.folder_source import FolderSource

        return FolderSource(export, config.mapping, clock.now())
    from onboard.adapters.files.protocol_files import WithProtocolFiles
    from onboard.adapters.redcap.source import RedcapSource
    from onboard.adapters.redcap.sure_source import SureSource

    mapping = redcap_mapping(config)
    people = {source.key for source in mapping.of("people")}
    source = SureSource(
        RedcapSource(redcap_projects(config, mapping.projects), mapping, clock, check_clock=not pretended), people
    )
    return source if mapping == config.mapping else WithProtocolFiles(source, config.home, config.mapping)


def redcap_mapping(config: Config) -> RecordMapping:
    """What REDCap holds: all of it, or all but the protocols, when these are files in the home."""
    from onboard.adapters.files.protocol_files import has_protocol_files
    from onboard.model.mapping import PROTOCOL_TABLES

    mapping = config.mapping
    if not has_protocol_files(config.home):
        return mapping
    return mapping.only({source.project for source in mapping.sources if source.table not in PROTOCOL_TABLES})


def redcap_projects(config: Config, names: Collection[str]) -> list[RedcapProject]:
    """How each of the projects is reached, with its token; one that nothing maps yet, as the first of the mapped ones is."""
    from onboard.adapters.redcap.project import RedcapProject
    from onboard.config.secrets import token_name

    missing = [token_name(name) for name in names if not config.secrets.has(token_name(name))]
    if len(missing) > 1:
        raise ConfigError(f"{', '.join(missing)} are not set.{config.secrets.how(missing[0])}")
    return [
        RedcapProject(
            name=one.name,
            url=one.url,
            token=config.secrets.get(token_name(one.name)),
            contact=one.contact,
            ca_file=one.ca_file,
            proxy=one.proxy,
            connect_seconds=one.connect_seconds,
            read_seconds=one.read_seconds,
            retries=one.retries,
        )
        for one in (config.redcap.get(name) or replace(next(iter(config.redcap.values())), name=name) for name in names)
    ]


def record_writer(config: Config) -> RecordWriter:
    """The program's own fields in REDCap. Raises ConfigError when write-back is off."""
    from onboard.adapters.redcap.writer import RedcapWriter

    target = config.writeback
    if target is None:
        raise ConfigError("write-back is off: enabled = false under [writeback] in settings.toml.")
    (project,) = redcap_projects(config, [target.project])
    return RedcapWriter(project, target.instrument, tuple(target.fields.values()), target.event)


def hand_in_pages(config: Config) -> HandInPages | None:
    """People's own completion surveys; None where redcap.toml names none, or the people are not in REDCap."""

    source = redcap_mapping(config).hand_in_source
    return PagesWhenAsked(lambda: _survey(config, source)) if source else None


def _survey(config: Config, source: Source) -> HandInPages:
    from onboard.adapters.redcap.survey import RedcapSurvey

    (project,) = redcap_projects(config, [source.project])
    return RedcapSurvey(project, source.instrument, source.event)


def evidence_files(config: Config) -> EvidenceFiles:
    """The certificates attached to the evidence in REDCap."""
    from onboard.adapters.redcap.evidence_files import RedcapEvidenceFiles

    forms = dict.fromkeys((source.project, source.instrument) for source in redcap_mapping(config).of("completions"))
    reached = {one.name: one for one in redcap_projects(config, dict.fromkeys(project for project, _ in forms))}
    return RedcapEvidenceFiles([(reached[project], instrument) for project, instrument in forms])


def papers(config: Config, today: date) -> Papers | None:
    """The files that people hand in with their evidence, and how they are read; None where none is handed in by survey."""
    if not config.mapping.hand_in:
        return None
    from onboard.adapters.files.intake_files import read_upload
    from onboard.intake.claims import Habits
    from onboard.pipeline.handed_papers import Papers
    from onboard.ports import Uploads

    habits = Habits(zone=config.lab.zone, today=today, institution=config.rules.institution)

    def fetch(evidence: Sequence[str]) -> Uploads:
        try:
            return evidence_files(config).fetch(evidence)
        except ConfigError as error:
            return Uploads(troubles=(str(error),))

    def read(upload: Upload) -> ReadFile | Refused:
        return read_upload(upload.name, upload.content, habits)

    return Papers(fetch=fetch, read=read)
