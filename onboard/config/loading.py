"""All files of the configuration -> Config, with the mistakes of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from onboard.config import lab_file, redcap_toml, rules_file, schedule
from onboard.config.files import config_file, read_toml
from onboard.config.lab_file import BounceSettings, MailSettings, MicrosoftSettings, RedcapSettings
from onboard.config.mistakes import nearest
from onboard.config.operating import Operating, read_operating
from onboard.config.own_sentences import own_sentences
from onboard.config.schedule import JobTime
from onboard.config.secrets import Secrets
from onboard.config.writing import read_writeback
from onboard.errors import ConfigError
from onboard.judging import kinds
from onboard.model import JobName, Lab, Rules
from onboard.model.mapping import NO_TRAINING
from onboard.model.mapping import Mapping as RecordMapping
from onboard.shipped import shipped

if TYPE_CHECKING:
    from onboard.planning.writeback import WriteTarget

MAPPING_FILE = "redcap.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a lab configured, as values. No secret is here."""

    home: Path
    lab: Lab
    rules: Rules
    rules_text: str  # canonical; `rules_file.rules_from_text` reads it back
    mapping: RecordMapping
    schedule: Mapping[JobName, JobTime]
    mail: MailSettings
    redcap: Mapping[str, RedcapSettings]  # by project
    ledger_url: str
    m365: MicrosoftSettings
    bounces: BounceSettings | None  # None: bounced mail is not checked
    operating: Operating
    writeback: WriteTarget | None  # None: nothing is written into REDCap
    sentences: Mapping[str, str]  # the lab's own words for sentences, by name
    alone: bool = True  # False: one of many labs that are served together

    def for_files(self) -> Config:
        """The configuration for CSV exports: a lab without a redcap.toml of its own did not switch [hand_in] on for them."""
        own = (self.home / MAPPING_FILE).is_file()
        return self if own else replace(self, mapping=replace(self.mapping, hand_in=""))

    @property
    def secrets(self) -> Secrets:
        """Where this lab's tokens and passwords are looked for."""
        return Secrets(home=self.home, lab=self.lab.id, alone=self.alone)


def load_config(home: Path, *, own_mapping: bool = True) -> Config:
    """Return the configuration of the lab with this home; without its `own_mapping` the shipped one stands in for redcap.toml.

    Raises ConfigError that lists every mistake of every file.
    """
    mistakes: list[str] = []
    config = _load(home, mistakes, own_mapping=own_mapping)
    if mistakes or config is None:
        raise ConfigError(_told(home, mistakes))
    return config


def _load(home: Path, mistakes: list[str], *, own_mapping: bool) -> Config | None:
    if not home.is_dir():
        mistakes.append(f"Folder {home} does not exist. Create it: onboard init {home}")
        return None
    documents = {name: read_toml(config_file(name, home), mistakes) for name in (lab_file.FILE, rules_file.FILE, schedule.FILE)}
    where = config_file(MAPPING_FILE, home) if own_mapping else shipped("config") / MAPPING_FILE
    documents[MAPPING_FILE] = read_toml(where, mistakes)
    times = _schedule(documents[schedule.FILE], mistakes)
    mapping = _mapping(documents[MAPPING_FILE], mistakes)
    written = documents[lab_file.FILE]
    settings = lab_file.read_settings(written, mistakes) if written is not None else None
    rules = _rules(documents[rules_file.FILE], settings, mistakes)
    if rules and mapping and own_mapping:
        mistakes.extend(_wrong_evidence(rules[0], mapping))
    running = read_operating(written, lab_file.FILE, home, mistakes) if written is not None else None
    writeback = read_writeback(written, lab_file.FILE, mapping, mistakes) if written is not None else None
    sentences = own_sentences(home, mistakes)
    if settings is None or running is None:
        return None
    lab = lab_file.build_lab(settings, home, _digest_weekday(times), mistakes)
    if lab is not None:
        lab = replace(lab, cadence=replace(lab.cadence, digests=JobName.DIGESTS in (times or {})))
    if lab is None or rules is None or mapping is None or times is None:
        return None
    if settings.mail is None or settings.redcap is None or settings.ledger is None:
        return None
    if settings.m365 is None or settings.bounces is None:
        return None
    return Config(
        home=home,
        lab=lab,
        rules=rules[0],
        rules_text=rules[1],
        mapping=mapping,
        schedule=times,
        mail=lab_file.build_mail(settings.mail, home, mistakes),
        redcap=lab_file.build_redcap(settings.redcap, mapping.projects, home, mistakes),
        ledger_url=settings.ledger.address(home),
        m365=lab_file.build_m365(settings.m365, home),
        bounces=lab_file.build_bounces(settings.bounces, home, mistakes),
        operating=running,
        writeback=writeback,
        sentences=sentences,
    )


def _schedule(document: Mapping[str, object] | None, mistakes: list[str]) -> dict[JobName, JobTime] | None:
    return None if document is None else schedule.load_schedule(document, mistakes)


def _mapping(document: Mapping[str, object] | None, mistakes: list[str]) -> RecordMapping | None:
    if document is None:
        return None
    mapping, wrong = redcap_toml.load_mapping(document)
    mistakes.extend(wrong)
    return mapping


def _rules(
    document: Mapping[str, object] | None, settings: lab_file.SettingsFile | None, mistakes: list[str]
) -> tuple[Rules, str] | None:
    if document is None:
        return None
    institution = settings.lab.institution if settings and settings.lab else ""
    return rules_file.load_rules(document, institution, mistakes)


def _wrong_evidence(rules: Rules, mapping: RecordMapping) -> Iterator[str]:
    """What is demanded, but could never be met, because no field of REDCap is mapped for it."""
    yield from _unknown_trainings(rules, mapping)
    steps = {name for source in mapping.of("steps") for name in source.fields}
    unfed: list[tuple[str, str]] = []
    for requirement in rules.tracked():
        kind = kinds.of(requirement)
        if kind.needs == "step" and steps and requirement.step not in steps:
            said = f"redcap.toml maps no step {requirement.step!r}. {nearest(requirement.step, steps)}"
            yield f"{rules_file.FILE}, [[requirement]] ({requirement.id}), step: {said}"
        elif kind.reads and not mapping.of(kind.reads[0]):
            said = f"redcap.toml maps no table {kind.reads[0]!r}. Map it, or write tracked = false."
            unfed.append((requirement.id, f"{rules_file.FILE}, [[requirement]] ({requirement.id}), tracked: {said}"))
    without = f" To begin without them: tracked = false for {', '.join(name for name, _ in unfed)}."
    last = len(unfed) - 1
    yield from (words + (without if place == last and last else "") for place, (_, words) in enumerate(unfed))


def _unknown_trainings(rules: Rules, mapping: RecordMapping) -> Iterator[str]:
    """Words of `training` that no requirement accepts, so that no row of theirs would count."""
    known = {name for requirement in rules.requirements for name in requirement.accepts}
    for source in mapping.of("completions"):
        words = {source.constants.get("training", ""), *source.values.get("training", {}).values()} - {"", NO_TRAINING}
        for word in sorted(words - known):
            said = f"{word!r} is a word of no requirement's accepts. {nearest(word, known)}"
            yield f"redcap.toml, {source.place}, training: {said} Write {NO_TRAINING!r} where a course counts for nothing."


def _digest_weekday(times: Mapping[JobName, JobTime] | None) -> int:
    """Return the schedule's one day of the weekly digest.

    Monday when the digest never runs automatically.
    """
    digests = (times or {}).get(JobName.DIGESTS)
    return min(digests.days) if digests and digests.days else 0


def _told(home: Path, mistakes: list[str]) -> str:
    count = "one mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    lines = "\n".join(f"  {n}. {mistake}" for n, mistake in enumerate(mistakes, start=1))
    return f"The configuration of {home} has {count}; nothing was read and nothing was mailed.\n{lines}"
