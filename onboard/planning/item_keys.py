"""Keys of the items sent, as the ledger keeps them.

It decides how a key is spelled and what was sent under it. Keys are read by people in SQL, so they stay plain: the person is
always the record id, and an episode is the evidence that governs with the day it ends, or ``none:`` and the day by which
something is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from onboard.model import OPEN_AGAIN, History, ItemRecord, ItemState, Scope


def part(text: str) -> str:
    """One part of a key: a slash or per cent in a record id may not look like the border of two parts."""
    return text.replace("%", "%25").replace("/", "%2F")


def _day(day: date | None) -> str:
    return day.isoformat() if day else "open"


def episode(evidence: str, day: date | None) -> str:
    """Return the stretch of time an item belongs to.

    Evidence and its last day, or ``none`` and the day something is wanted by.
    """
    return f"{evidence or 'none'}:{_day(day)}"


def reminders(person: str, requirement: str, scope: Scope, of_episode: str) -> str:
    """What all reminder keys of one episode begin with; `reminder` adds the tier."""
    return f"reminder/{part(person)}/{requirement}/{scope}/{of_episode}"


def reminder(stem: str, tier: int) -> str:
    """The key of one tier; `stem` comes from `reminders`."""
    return f"{stem}/{tier}"


def tier_of(key: str) -> int | None:
    """The tier a reminder's key ends in; None for any other key."""
    last = key.rpartition("/")[2]
    return int(last) if _is_number(last) else None


def introduced(stem: str) -> str:
    """Return the key under which an introduction told a person of an episode.

    It has no tier, so that reminders come as usual.
    """
    return f"{stem}/introduction"


def resolved(stem: str) -> str:
    """Return the key under which a person was told that what stopped them is over; `stem` comes from `reminders`."""
    return f"resolved/{stem.removeprefix('reminder/')}"


def escalation(stem: str, level: str, reader: str) -> str:
    """The key of one escalation of an episode to one reader (record id); `stem` comes from `reminders`."""
    return f"escalation/{stem.removeprefix('reminder/')}/{level}:{part(reader)}"


def receipt(person: str, evidence: str, state: str) -> str:
    """`state` is received, accepted or declined."""
    return f"receipt/{part(person)}/{evidence}/{state}"


def cleared(person: str, protocol: str, first: date | None) -> str:
    """Return the key of records complete since `first`; ``open`` without a first day."""
    return f"cleared/{part(person)}/{part(protocol)}/{_day(first)}"


def cleared_again(key: str, stopped: date) -> str:
    """Return the key of the same stretch, told once more after a mail of `stopped` asked the person to stop."""
    return f"{key}:{stopped.isoformat()}"


def welcome(person: str, appointment: str) -> str:
    """By the appointment's evidence: a moved start date never repeats a welcome."""
    return f"welcome/{part(person)}/{appointment}"


def renewed(person: str, appointment: str) -> str:
    """The key of what is said once when an appointment goes on."""
    return f"renewed/{part(person)}/{appointment}"


def checklist(person: str, slot: date) -> str:
    """One checklist mail of one day."""
    return f"checklist/{part(person)}/{slot.isoformat()}"


def calendar(person: str, slot: date, method: str) -> str:
    """The calendar file that came with a mail of one day; `method` is publish or cancel."""
    return f"calendar/{part(person)}/{slot.isoformat()}/{method}"


def introduction(person: str) -> str:
    """The one mail at go-live."""
    return f"introduction/{part(person)}"


def digest(address: str, slot: date) -> str:
    """One digest of one week."""
    return f"digest/{address}/{slot.isoformat()}"


def problem(key: str, first_seen: date) -> str:
    """A problem that comes back later is a new item."""
    return f"problem/{key}/{first_seen.isoformat()}"


def worklist(address: str, slot: date) -> str:
    """One worklist of one day."""
    return f"worklist/{address}/{slot.isoformat()}"


#: Kinds of key about one person, whose record id is their second part.
_ABOUT_PEOPLE = frozenset(
    ("reminder", "escalation", "receipt", "cleared", "welcome", "checklist", "calendar", "introduction", "resolved")
)


def person_of(key: str) -> str:
    """Return the record id of the person a key is about, "" when about no person."""
    kind, _, rest = key.partition("/")
    return rest.partition("/")[0].replace("%2F", "/").replace("%25", "%") if kind in _ABOUT_PEOPLE else ""


#: Kinds of key that end in a tier or a state of one and the same thing.
_STAGED = ("reminder", "receipt")
#: Kinds of key of the mail itself, all about one list of one person.
_LIST = ("welcome", "checklist")


def threads(found: Iterable[str], person: str) -> tuple[str, ...]:
    """What mails of one item of `person` have in common, for the keys of theirs among `found`, each once and in order: an
    episode without its tier, evidence without its state, a new hire's list. Never anything about two people."""
    stems = set()
    for key in found:
        kind, _, rest = key.partition("/")
        if rest.partition("/")[0] != part(person):
            continue
        if kind in _STAGED:
            stems.add(key.rpartition("/")[0])
        elif kind in _LIST:
            stems.add(f"{_LIST[-1]}/{part(person)}")
    return tuple(sorted(stems))


@dataclass(frozen=True, slots=True)
class SentIndex:
    """The items of the ledger, looked up by key and by what they begin with."""

    history: History
    _under: Mapping[str, Mapping[str, ItemRecord]] = field(default_factory=dict)
    _by_person: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # stems of reminders

    @staticmethod
    def of(history: History) -> SentIndex:
        """Everything settled, indexed once."""
        under: dict[str, dict[str, ItemRecord]] = {}
        for key, record in history.items.items():
            stem, _, last = key.rpartition("/")
            under.setdefault(stem, {})[last] = record
        reminded: dict[str, list[str]] = {}
        for stem in under:
            kind, _, rest = stem.partition("/")
            if kind == "reminder":
                reminded.setdefault(rest.partition("/")[0], []).append(stem)
        return SentIndex(history, under, {person: tuple(stems) for person, stems in reminded.items()})

    def settled(self, key: str, address: str) -> bool:
        """Whether nothing more is to be sent about it.

        Sent, skipped, baseline, on its way, or refused by this very address.
        """
        record = self.history.items.get(key)
        return record is not None and _settled(record, address)

    def tiers(self, stem: str, address: str) -> frozenset[int]:
        """The tiers of an episode that are settled."""
        found = self._under.get(stem, {}).items()
        return frozenset(int(tier) for tier, record in found if _is_number(tier) and _settled(record, address))

    def sent(self, key: str) -> bool:
        """Whether it was really sent."""
        record = self.history.items.get(key)
        return record is not None and record.state is ItemState.SENT

    def told_on(self, stem: str) -> tuple[date, ...]:
        """The days a tier of this episode was really sent, in order.

        Not those skipped, recorded as baseline or only queued.
        """
        found = self._under.get(stem, {}).values()
        return tuple(sorted(record.on for record in found if record.state is ItemState.SENT))

    def told_episodes(self, person: str, requirement: str, scope: Scope) -> tuple[str, ...]:
        """The stems of the episodes of a requirement that the person was really told of, in order."""
        above = f"reminder/{part(person)}/{requirement}/{scope}/"
        return tuple(
            sorted(stem for stem in self._by_person.get(part(person), ()) if stem.startswith(above) and self.told_on(stem))
        )

    def stopped_on(self, stem: str) -> tuple[date, ...]:
        """The days on which a mail told the person, after the episode's last day, that it was over; in order."""
        last = stem.rpartition(":")[2]
        return tuple(day for day in self.told_on(stem) if last != "open" and day.isoformat() > last)

    def under(self, stem: str) -> Mapping[str, ItemRecord]:
        """Everything one part below `stem`, by that part."""
        return self._under.get(stem, {})


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _settled(record: ItemRecord, address: str) -> bool:
    return record.state not in OPEN_AGAIN or (record.state is ItemState.REFUSED and record.reader == address)
