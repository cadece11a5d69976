"""How a long roster is cut: how many rows each section keeps.

The planner's order decides which ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onboard.model import Line, MessageKind, Notice, Section


def left_out(notice: Notice, most: int) -> tuple[Line, ...]:
    """The lines that are only counted when `most` rows are shared out over the sections."""
    lines = by_section(notice)
    shown = shown_counts(notice.kind, lines, most)
    return tuple(line for found, count in zip(lines.values(), shown, strict=True) for line in found[count:])


_ORDER = {section: place for place, section in enumerate(Section)}


def by_section(notice: Notice) -> dict[Section, list[Line]]:
    """The lines of each section that has any, in the order of sections."""
    lines: dict[Section, list[Line]] = {}
    for line in notice.lines:
        lines.setdefault(line.section, []).append(line)
    return dict(sorted(lines.items(), key=lambda found: _ORDER[found[0]]))


#: So many items are a coordinator's day; the whole list is attached.
_A_DAY = 10
#: So many lines of a digest's sections are one screen; the whole list is attached.
_SCREEN = {Section.NEEDS_YOU: 4, Section.BLOCKED_NOW: 6}
#: So many rows of each section stay, however much the ones before it hold.
_A_GLANCE = 3


def shown_counts(kind: MessageKind, lines: Mapping[Section, Sequence[Line]], most: int) -> list[int]:
    """How many lines of each section a mail shows: a worklist what weighs most, a digest one screen, every other mail a fair
    share of each."""
    counts = [len(found) for found in lines.values()]
    if kind is MessageKind.DIGEST:
        counts = [min(count, _SCREEN.get(section, count)) for section, count in zip(lines, counts, strict=True)]
    room = min(most, _A_DAY) if kind is MessageKind.WORKLIST else most
    if sum(counts) <= room:
        return counts
    return _a_day(lines, counts, room) if kind is MessageKind.WORKLIST else cut_evenly(counts, room)


def _a_day(lines: Mapping[Section, Sequence[Line]], counts: Sequence[int], room: int) -> list[int]:
    """A coordinator's day, and beside it the first records that went from REDCap: nobody else would notice."""
    kept = cut_by_weight(counts, room)
    return [max(n, min(count, _A_GLANCE)) if s is Section.GONE else n for s, n, count in zip(lines, kept, counts, strict=True)]


def cut_by_weight(counts: Sequence[int], most: int) -> list[int]:
    """Sections in the order they come, whole as long as there is room; those after keep a glance, and none vanishes."""
    filled = sum(count > 0 for count in counts)
    glance = max(1, min(_A_GLANCE, most // max(filled, 1)))
    kept = [min(count, glance) for count in counts]
    left = max(most - sum(kept), 0)
    for n, count in enumerate(counts):
        more = min(count - kept[n], left)
        kept[n], left = kept[n] + more, left - more
    return kept


def cut_evenly(counts: Sequence[int], most: int) -> list[int]:
    """How many of each to show so that the sum is at most `most`: small sections stay whole, long ones share the rest.

    A section never vanishes: each keeps one row even when there are more sections than `most`.
    """
    kept = [0] * len(counts)
    left, order = max(most, 0), sorted(range(len(counts)), key=lambda n: counts[n])
    for position, n in enumerate(order):
        fair = left // (len(order) - position)
        kept[n] = min(counts[n], max(fair, 1))
        left = max(left - kept[n], 0)
    return kept
