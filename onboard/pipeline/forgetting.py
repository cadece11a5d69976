"""Replace a person's name in stored texts, and find what is stored about them.

It decides what names a person (name, greeting, other names, addresses, the CITI id), what of it is theirs alone, and what
replaces it; verdicts rest on dates and record ids, which stay. Pure: texts in, texts out.

In the person's own record the cells that name them belong to them, whatever they hold. Elsewhere a text belongs to them only
where it cannot mean another person or a thing: a whole name of two words or more, or an address, that no other record has and
that is part of no course, title, rule or other name. Whatever else holds one of their names is left, and listed for a person to
decide.
"""

from __future__ import annotations

import csv
import email
import email.policy
import html
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import TypeAlias

from onboard.errors import OnboardError
from onboard.folding import fold
from onboard.intake.names import name_words
from onboard.model.mapping import PROTOCOL_TABLES, Source
from onboard.model.mapping import Mapping as RecordMapping
from onboard.model.records import record_order
from onboard.model.rows import csv_line, csv_lines

#: (place, name) -> how often it was left there, because it may mean another person.
Left: TypeAlias = Counter[tuple[str, str]]
_ADDRESSES = ("university_email", "other_email", "personal_email")
_NAMES = ("name", "other_names")
#: Free words about a person, and ids that name them elsewhere: blank afterwards. No rule reads them.
_BLANKED = {"people": ("citi_id",), "log": ("what", "outcome"), "assignments": ("title",)}
#: Cells that hold a person: a name or an address there is a person's, in any record.
_PEOPLE_CELLS = frozenset({"supervisor", "approved_by", "checked_by", "pi", "digest_to"})
#: Free words, in which anybody may be named; every other cell is a word of the lab's own.
_FREE_CELLS = frozenset({"what", "outcome", "reason", "source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What names one person in stored texts; addresses in lower case.

    `doubtful`: which of it may mean another person or a thing, and why.
    """

    record: str
    names: tuple[str, ...]
    greetings: tuple[str, ...]
    addresses: tuple[str, ...]
    doubtful: Mapping[str, str] = field(default_factory=dict)
    decided: tuple[str, ...] = ()  # names that a person says are this person's, also in free words
    namesakes: frozenset[str] = frozenset()  # records that have one of the names, too
    elsewhere: frozenset[str] = frozenset()  # their addresses: a name beside one is a namesake's
    held_from: date | None = None  # the first day on which the record id was theirs; None: from the beginning
    held_until: date | None = None  # the first day on which it was another person's; None: it still is theirs

    @property
    def sure_names(self) -> tuple[str, ...]:
        """Names that cannot mean another person or a thing."""
        return tuple(name for name in self.names if name not in self.doubtful)

    @property
    def sure_addresses(self) -> tuple[str, ...]:
        """Addresses that no other record has."""
        return tuple(address for address in self.addresses if address not in self.doubtful)


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of the words as a whole.

    However it is spaced, and as a page of HTML spells it; nothing of a longer word or address.
    """
    spelled = {form for word in words for form in (word, _in_html(word), html.escape(word))}
    text = "|".join(r"\s+".join(map(re.escape, form.split())) for form in sorted(spelled, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?<![\w@.+-])(?:{text})(?![\w@+-])", re.IGNORECASE)


def _in_html(word: str) -> str:
    return html.escape(word).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """What replaces a person's name. `token` is random: the name cannot be derived."""

    traces: Traces
    token: str
    _pattern: re.Pattern[str] = field(init=False, repr=False)
    _addresses: re.Pattern[str] = field(init=False, repr=False)
    _decided: re.Pattern[str] = field(init=False, repr=False)
    _doubtful: Mapping[str, re.Pattern[str]] = field(init=False, repr=False)
    _any: re.Pattern[str] = field(init=False, repr=False)
    _folded: frozenset[str] = field(init=False, repr=False)
    _whole: frozenset[frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        sure = self.traces.sure_addresses
        object.__setattr__(self, "_pattern", pattern_of((*self.traces.sure_names, *sure)))
        object.__setattr__(self, "_addresses", pattern_of(sure))
        object.__setattr__(self, "_decided", pattern_of(self.traces.decided))
        words = (*self.traces.names, *self.traces.addresses)
        object.__setattr__(self, "_any", pattern_of(words))
        object.__setattr__(self, "_folded", frozenset(map(fold, words)))
        object.__setattr__(self, "_whole", frozenset(one for one in map(_whole_words, self.traces.sure_names) if len(one) > 1))
        # a single word occurs in many sentences: it is asked about only where a cell holds nothing else
        several = {word for word in self.traces.doubtful if "@" in word or len(word.split()) > 1}
        object.__setattr__(self, "_doubtful", {word: pattern_of([word]) for word in several})

    @property
    def namesakes(self) -> frozenset[str]:
        """Records that have one of the names, too: a mail to one of them is about them."""
        return self.traces.namesakes

    @property
    def name(self) -> str:
        """In place of every name."""
        return f"Forgotten {self.token}"

    def address(self, address: str) -> str:
        """In place of an address; two addresses stay two, so that nothing kept falls together."""
        place = self.traces.addresses.index(address.lower())
        return f"forgotten-{self.token}-{place + 1}@forgotten.invalid"

    def may_be_in(self, cells: Sequence[str], people: Iterable[int]) -> bool:
        """Whether any name of theirs, sure or not, may occur in a row.

        `people`: places of the cells that hold people.
        """
        return bool(self._any.search("\n".join(cells))) or any(fold(cells[place]) in self._folded for place in people)

    def scrub(self, text: str) -> str:
        """The text with every name and address that is certainly the person's replaced."""
        return self._pattern.sub(self._instead, text)

    def scrub_decided(self, text: str) -> str:
        """The text with every name replaced that a person said is theirs."""
        return self._decided.sub(self._instead, text)

    def _instead(self, hit: re.Match[str]) -> str:
        return self.address(hit[0]) if hit[0].lower() in self.traces.addresses else self.name

    def whole(self, cell: str) -> str:
        """A cell that holds people: replaced where it is their name as a whole, or holds their address."""
        if fold(cell) in self._folded and fold(cell) in map(fold, self.traces.sure_names):
            return self.name
        if "@" not in cell and _whole_words(cell) in self._whole:  # with a middle initial, a degree, or the surname first
            return self.name
        return self._addresses.sub(lambda hit: self.address(hit[0]), cell)

    def own_address(self, text: str) -> str:
        """An address in a place of its own: theirs by theirs, anybody else's as it is."""
        return self.address(text) if text.lower() in self.traces.sure_addresses else text

    def left_in(self, text: str, *, alone: bool = False) -> tuple[str, ...]:
        """The person's names that occur in a text, sure or doubtful; see `in_doubt`."""
        return tuple(dict.fromkeys([*(hit[0] for hit in self._pattern.finditer(text)), *self.in_doubt(text, alone=alone)]))

    def in_doubt(self, text: str, *, alone: bool = False) -> tuple[str, ...]:
        """The names in a text that may mean another person, or may not be names.

        `alone`: the text may hold nothing but a person, so a single word counts, too.
        """
        found = [word for word, pattern in self._doubtful.items() if pattern.search(text)]
        single = [word for word in self.traces.doubtful if alone and len(word.split()) == 1 and fold(word) == fold(text)]
        return tuple(dict.fromkeys([*found, *single]))


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


def traces_of(
    snapshots: Iterable[str],
    mapping: RecordMapping,
    record: str,
    words: Iterable[str] = (),
    decided: Collection[str] = (),
    apart: Iterable[str] = (),
) -> Traces:
    """Return every stored name and address of a person, and which are doubtful.

    Doubtful: it may mean another person, or is not a name. `words`: further texts of the lab in which a name would be a word
    (rules, the lab's name). `decided`: names that the user says are this person's alone. `apart`: reads in which the record id is
    another person's.
    """
    found: dict[str, dict[str, None]] = {"names": {}, "greet": {}, "addresses": {}}
    others: dict[str, dict[str, None]] = {}  # record of another person -> their names and addresses
    vocabulary = dict.fromkeys(words)
    for text, mine in chain(((text, record) for text in snapshots), ((text, None) for text in apart)):
        for source, rows in _sources(text, mapping):
            for own, row in rows:
                if source.table != "people":
                    vocabulary.update(dict.fromkeys(row.get(column, "") for column in _vocabulary(source)))
                    continue
                cells = {name: row.get(column, "").strip() for name, column in source.fields.items()}
                if own == mine:
                    _gather(found, cells)
                else:
                    texts = (cells.get(name, "") for name in (*_NAMES, *_ADDRESSES))
                    spelled = (form for text in texts if text for form in _spellings(text))
                    others.setdefault(own, {}).update(dict.fromkeys(spelled))
    traces = Traces(
        record=record, names=tuple(found["names"]), greetings=tuple(found["greet"]), addresses=tuple(found["addresses"])
    )
    known = (*traces.names, *traces.addresses)
    asked = {word.casefold() for word in decided}
    settled = {word for word in known if any(form.casefold() in asked for form in _forms(word, known))}
    doubtful = {
        word: why
        for word in known
        if word not in settled
        and (why := next(filter(None, (_doubt(form, others, vocabulary) for form in _forms(word, known))), ""))
    }
    namesakes = {one for word in known for one in _whose(word, others)}
    theirs = {text.lower() for one in namesakes for text in others[one] if "@" in text}
    return replace(
        traces,
        doubtful=doubtful,
        decided=tuple(word for word in known if word in settled),
        namesakes=frozenset(namesakes),
        elsewhere=frozenset(theirs - {*traces.addresses}),
    )


def _forms(word: str, known: Iterable[str]) -> list[str]:
    """The word and its other spellings: what is said of one holds for all (``Ann Lee`` and ``Lee, Ann``)."""
    return [word] if "@" in word else [form for form in known if form == word or _parts(form) == _parts(word)]


def _parts(name: str) -> frozenset[str]:
    return frozenset(map(fold, re.split(r"[\s,;()/]+", name))) - {""}


def _vocabulary(source: Source) -> tuple[str, ...]:
    """Return columns whose cells are words of the lab's own."""
    return tuple(column for name, column in source.fields.items() if name not in _PEOPLE_CELLS and name not in _FREE_CELLS)


def _gather(found: dict[str, dict[str, None]], cells: Mapping[str, str]) -> None:
    kinds = {**dict.fromkeys(_NAMES, "names"), "greet": "greet", **dict.fromkeys(_ADDRESSES, "addresses")}
    for name, kind in kinds.items():
        value = cells.get(name, "")
        if value:
            found[kind].update(dict.fromkeys(_spellings(value) if kind == "names" else [value.lower()]))


def _doubt(word: str, others: Mapping[str, Iterable[str]], vocabulary: Iterable[str]) -> str:
    """Return why a name or address may mean something else, "" if it cannot.

    Something else: another person or a thing.
    """
    whose = sorted(_whose(word, others), key=record_order)
    if whose:
        return f"{'records' if len(whose) > 1 else 'record'} {', '.join(whose)} {'have' if len(whose) > 1 else 'has'} it, too"
    if "@" not in word and len(word.split()) == 1:
        return "it is a single word"
    pattern = pattern_of([word])
    return "the lab uses it as a word, too" if any(pattern.search(text) for text in vocabulary) else ""


def _whose(word: str, others: Mapping[str, Iterable[str]]) -> list[str]:
    pattern, folded = pattern_of([word]), fold(word)
    return [record for record, texts in others.items() if any(fold(text) == folded or pattern.search(text) for text in texts)]


def _spellings(name: str) -> list[str]:
    """Return a name as written, its parts, and each in reverse order.

    Parts: where two names are written as one (``ليلى (Layla Haddad)``).
    """
    parts = [name, *(part.strip() for part in re.split(r"[();/]", name))]
    turned = [f"{last.strip()} {first.strip()}" for first, comma, last in (part.partition(",") for part in parts) if comma]
    several = [part for part in (*parts, *turned) if len(part.split()) > 1 or part == name]
    return several + [f"{part.split()[-1]}, {' '.join(part.split()[:-1])}" for part in several if len(part.split()) > 1]


def pseudonymised(text: str, mapping: RecordMapping, alias: Alias, left: Left | None = None) -> str:
    """Return a snapshot's text without the person's name.

    Every other cell stays as it was. What was left because it cannot be told apart is counted in `left`, by place and name. A
    text that changed names the pseudonym under ``forgotten``: its id is no longer its hash, and proofs say why.
    """
    body = json.loads(text)
    left = Counter() if left is None else left
    instruments = {}
    for key, table in body["instruments"].items():
        sources = [source for source in mapping.sources if source.key == key]
        instruments[key] = _rewritten(table, sources, alias, left)
    lists = [_list_rewritten(text_of, alias) for text_of in body.get("irb_lists", ())]
    if instruments == body["instruments"] and lists == body.get("irb_lists", []):
        return text
    body |= {"instruments": instruments, "forgotten": [*body.get("forgotten", []), alias.token]}
    body |= {"irb_lists": lists} if lists else {}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _whole_words(name: str) -> frozenset[str]:
    """The words of a name without initials, titles and degrees."""
    return frozenset(word for word in name_words(name) if len(word) > 1)


def _list_rewritten(table: str, alias: Alias) -> str:
    """The IRB's own list of a read without the person: their name and address, where they are certainly theirs."""
    out = []
    for raw, row in csv_lines(table):
        theirs = not {cell.strip().lower() for cell in row} & set(alias.traces.elsewhere)
        new = [alias.whole(cell) for cell in row] if theirs else row
        out.append(raw if new == row else csv_line(new))
    return "".join(out)


def _rewritten(table: str, sources: Sequence[Source], alias: Alias, left: Left) -> str:
    """Only rows that change are written anew: the others keep every letter of how they were quoted."""
    (first, header), *lines = csv_lines(table) or [("", [])]
    cells = _Cells.of(sources, alias)
    out = [first]
    people = [place for place, column in enumerate(header) if column in cells.people]
    for raw, row in lines:
        if not row or (row[0] != alias.traces.record and not alias.may_be_in(row, people)):
            out.append(raw)
            continue
        new = [cells.new(row[0], column, cell, left) for column, cell in zip(header, row, strict=True)]
        out.append(raw if new == row else csv_line(new))
    return "".join(out)


@dataclass(frozen=True, slots=True)
class _Cells:
    """What happens to the cells of one form, by their columns."""

    alias: Alias
    own: Mapping[str, str]  # in the person's own rows: column -> what happens to it
    of_people: bool
    people: frozenset[str]  # columns that hold people
    free: frozenset[str]  # columns of free words
    named: frozenset[str]  # columns that say who a row's record is

    @staticmethod
    def of(sources: Sequence[Source], alias: Alias) -> _Cells:
        def columns(names: Collection[str], table: str = "") -> frozenset[str]:
            wanted = (source for source in sources if not table or source.table == table)
            return frozenset(source.fields[name] for source in wanted for name in names if name in source.fields)

        return _Cells(
            alias=alias,
            own={column: kind for source in sources for column, kind in _columns(source).items()},
            of_people=any(source.table not in PROTOCOL_TABLES for source in sources),
            people=columns(_PEOPLE_CELLS),
            free=columns(_FREE_CELLS) | columns(("title",), "assignments"),
            named=columns((*_NAMES, *_ADDRESSES, "greet"), "people"),
        )

    def new(self, record: str, column: str, cell: str, left: Left) -> str:
        """The cell without the person; what was left in it goes into `left`."""
        mine = self.of_people and record == self.alias.traces.record
        if not cell or (column in self.named and not mine):
            return cell
        if mine and column in self.own:
            return _noted(_cell(self.own[column], cell, self.alias), record, column, self.alias, left)
        new = self.alias.whole(cell) if column in self.people else cell
        new = self.alias.scrub_decided(new) if column in self.people | self.free else new
        return _noted(new, record, column, self.alias, left, alone=column in self.people)


def _noted(cell: str, record: str, column: str, alias: Alias, left: Left, *, alone: bool = False) -> str:
    for word in alias.left_in(cell, alone=alone):
        left[f"record {record}, field {column}", word] += 1
    return cell


def _columns(source: Source) -> dict[str, str]:
    """REDCap field -> what happens to it in the person's own rows."""
    wanted = dict.fromkeys(_BLANKED.get(source.table, ()), "blank")
    if source.table == "people":
        wanted |= {**dict.fromkeys(("greet", *_NAMES), "name"), **dict.fromkeys(_ADDRESSES, "address")}
    if source.table == "completions":
        wanted["record_id"] = "number"
    return {source.fields[name]: kind for name, kind in wanted.items() if name in source.fields}


def _cell(kind: str, cell: str, alias: Alias) -> str:
    if not cell.strip() or kind == "blank":
        return ""
    if kind == "name":
        return alias.name
    if kind == "number":
        return f"{alias.token}-{zlib.crc32(f'{alias.token}{cell}'.encode()):08x}"
    return alias.own_address(cell)


def rows_about(text: str, mapping: RecordMapping, record: str) -> dict[str, list[dict[str, str]]]:
    """Return everything a snapshot holds in the person's own record.

    Instrument -> rows of column and value, blank cells left out.
    """
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
