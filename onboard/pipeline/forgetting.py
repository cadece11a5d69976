"""Taking a person's name out of what was kept, and finding what was kept about them. Decides what names a person (name,
greeting, other names, addresses, the CITI id) and what stands in its place; verdicts rest on dates and record ids, which stay.
Pure: texts in, texts out."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from onboard.errors import OnboardError
from onboard.folding import fold
from onboard.model.mapping import PROTOCOL_TABLES, Source
from onboard.model.mapping import Mapping as RecordMapping

_ADDRESSES = ("university_email", "other_email", "personal_email")
_NAMES = ("name", "other_names")
#: Free words about a person, and ids that name them elsewhere: blank afterwards. No rule reads them.
_BLANKED = {"people": ("citi_id",), "log": ("what", "outcome"), "assignments": ("title",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What names one person in what was kept; addresses in lower case."""

    record: str
    names: tuple[str, ...]
    greetings: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """What stands in a person's place. `token` is random: nobody can work the name out of it."""

    traces: Traces
    token: str
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        words = sorted({*self.traces.names, *self.traces.addresses}, key=len, reverse=True)
        text = "|".join(re.escape(word) for word in words) or r"(?!)"
        object.__setattr__(self, "_pattern", re.compile(rf"(?<![\w@.+-])(?:{text})(?![\w@+-])", re.IGNORECASE))

    @property
    def name(self) -> str:
        """In place of every name."""
        return f"Forgotten {self.token}"

    def address(self, address: str) -> str:
        """In place of an address; two addresses stay two, so that nothing kept falls together."""
        place = self.traces.addresses.index(address.lower())
        return f"forgotten-{self.token}-{place + 1}@forgotten.invalid"

    def names_them(self, text: str) -> bool:
        """Whether a text holds a name or an address of the person."""
        return bool(self._pattern.search(text))

    def scrub(self, text: str) -> str:
        """The text with every name and address replaced."""
        return self._pattern.sub(lambda hit: self.address(hit[0]) if hit[0].lower() in self.traces.addresses else self.name, text)

    def is_in_mail(self, mime: bytes) -> bool:
        """Whether the bytes of a mail, decoded, name the person."""
        message = email.message_from_bytes(mime, policy=email.policy.default)
        parts = [str(value) for value in message.values()]
        parts += [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
        return any(self.names_them(part) for part in parts)


def find_record(snapshots: Iterable[str], mapping: RecordMapping, wanted: str) -> str:
    """The record id meant by a record id, a whole name or an address, in the newest snapshot that knows it.

    Raises OnboardError when none does, or when it fits two.
    """
    for text in snapshots:
        hits = {record for record, words in _people(text, mapping) if fold(wanted) in (fold(record), *map(fold, words))}
        if len(hits) > 1:
            raise OnboardError(f"{wanted!r} fits records {', '.join(sorted(hits))}. Give the record id.")
        if hits:
            return hits.pop()
    raise OnboardError(
        f"No whole name, record id or address that is kept is {wanted!r}. Write one of them whole, as `onboard status` shows it."
    )


def _people(text: str, mapping: RecordMapping) -> Iterable[tuple[str, list[str]]]:
    for source, rows in _sources(text, mapping):
        if source.table == "people":
            for record, row in rows:
                yield record, [row.get(source.fields.get(name, ""), "") for name in (*_NAMES, *_ADDRESSES)]


def traces_of(snapshots: Iterable[str], mapping: RecordMapping, record: str) -> Traces:
    """Every name and address the person ever had in what was kept."""
    found: dict[str, dict[str, None]] = {"names": {}, "greet": {}, "addresses": {}}
    kinds = {**dict.fromkeys(_NAMES, "names"), "greet": "greet", **dict.fromkeys(_ADDRESSES, "addresses")}
    for text in snapshots:
        for source, rows in _sources(text, mapping):
            if source.table != "people":
                continue
            for own, row in rows:
                for name, kind in kinds.items():
                    value = row.get(source.fields.get(name, ""), "").strip()
                    if own == record and value:
                        found[kind].update(dict.fromkeys(_spellings(value) if kind == "names" else [value.lower()]))
    return Traces(
        record=record, names=tuple(found["names"]), greetings=tuple(found["greet"]), addresses=tuple(found["addresses"])
    )


def _spellings(name: str) -> list[str]:
    """A name as it stands, its parts where two are written as one (``ليلى (Layla Haddad)``), and each the other way round."""
    parts = [name, *(part.strip() for part in re.split(r"[();/]", name))]
    turned = [f"{last.strip()} {first.strip()}" for first, comma, last in (part.partition(",") for part in parts) if comma]
    several = [part for part in (*parts, *turned) if len(part.split()) > 1 or part == name]
    return several + [f"{part.split()[-1]}, {' '.join(part.split()[:-1])}" for part in several if len(part.split()) > 1]


def pseudonymised(text: str, mapping: RecordMapping, alias: Alias) -> str:
    """A snapshot's text without the person's name; every other cell is as it was.

    A text that changed names the pseudonym under ``forgotten``: its id is no longer its hash, and proofs say why.
    """
    body = json.loads(text)
    instruments = {}
    for key, table in body["instruments"].items():
        own = [source for source in mapping.sources if source.key == key and source.table not in PROTOCOL_TABLES]
        instruments[key] = _rewritten(table, own, alias)
    if instruments == body["instruments"]:
        return text
    body |= {"instruments": instruments, "forgotten": [*body.get("forgotten", []), alias.token]}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _rewritten(table: str, sources: Iterable[Source], alias: Alias) -> str:
    header, *rows = list(csv.reader(io.StringIO(table))) or [[]]
    changes = {column: kind for source in sources for column, kind in _columns(source).items() if column in header}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        mine = bool(row) and row[0] == alias.traces.record and bool(changes)
        cells = zip(header, row, strict=True)
        writer.writerow([_cell(changes.get(column, ""), cell, alias) if mine else alias.scrub(cell) for column, cell in cells])
    return out.getvalue()


def _columns(source: Source) -> dict[str, str]:
    """REDCap field -> what happens to it in the person's own rows."""
    wanted = dict.fromkeys(_BLANKED.get(source.table, ()), "blank")
    if source.table == "people":
        wanted |= {**dict.fromkeys(("greet", *_NAMES), "name"), **dict.fromkeys(_ADDRESSES, "address")}
    if source.table == "completions":
        wanted["record_id"] = "number"
    named = {source.fields[name]: kind for name, kind in wanted.items() if name in source.fields}
    return named or {"": ""}


def _cell(kind: str, cell: str, alias: Alias) -> str:
    if not cell.strip() or kind == "blank":
        return ""
    if kind == "name":
        return alias.name
    if kind == "number":
        return f"{alias.token}-{zlib.crc32(f'{alias.token}{cell}'.encode()):08x}"
    return alias.scrub(cell)


def rows_about(text: str, mapping: RecordMapping, record: str) -> dict[str, list[dict[str, str]]]:
    """Everything a snapshot holds in the person's own record: instrument -> rows of column and value, blank cells left out."""
    found: dict[str, list[dict[str, str]]] = {}
    for source, rows in _sources(text, mapping):
        own = [{name: cell for name, cell in row.items() if cell} for mine, row in rows if mine == record]
        if own and source.table not in PROTOCOL_TABLES:
            found[source.key] = own
    return found


def _sources(text: str, mapping: RecordMapping) -> Iterable[tuple[Source, list[tuple[str, Mapping[str, str]]]]]:
    """Each source of the mapping with its rows and their record ids."""
    instruments = json.loads(text)["instruments"]
    for source in mapping.sources:
        header, *rows = list(csv.reader(io.StringIO(instruments.get(source.key, "")))) or [[]]
        yield source, [(row[0], dict(zip(header, row, strict=True))) for row in rows if row]


def body_text(mime: bytes) -> str:
    """The words of a mail, "" when its body is not kept any more."""
    if not mime:
        return ""
    message = email.message_from_bytes(mime, policy=email.policy.default)
    part = message.get_body(("plain",)) if isinstance(message, email.message.EmailMessage) else None
    return str(part.get_content()) if part else ""
