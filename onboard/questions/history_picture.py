"""The history as a picture: a character a week for a terminal, and an SVG.

A week never looks better than its days: one blocked day makes it blocked, then one unknown day makes it unknown, and it is
cleared only when every one of its days is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from html import escape
from itertools import groupby

from onboard.dates import show
from onboard.model import Cleared
from onboard.model.phrases import Phrase, joined, made, phrase
from onboard.questions.history import Timelines, Track, spell_words
from onboard.questions.spells import Spell
from onboard.questions.wording import WIDTH, one_line, page, verdict_words, wrapped

#: What a week shows; every character has a word.
MARKS = {Cleared.CLEARED: "#", Cleared.UNKNOWN: "?", Cleared.BLOCKED: "x", Cleared.NOT_DUE: "."}
_WORST = (Cleared.BLOCKED, Cleared.UNKNOWN, Cleared.NOT_DUE, Cleared.CLEARED)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LABEL = 24
#: Weeks in a band; with the label they fit a line.
_YEAR = 52


def _plain(verdict: Cleared, text: str) -> str:
    return text


def as_text(timelines: Timelines, paint: Callable[[Cleared, str], str] = _plain) -> str:
    """Return at most 80 columns: bands of 52 weeks under months, then spells.

    Every spell has its exact days. `paint` may color a run of weeks of one verdict; it gets the verdict and the characters.
    """
    first, last = show(timelines.first), show(timelines.last)
    lines = wrapped(phrase("history.heading", name=timelines.name, first=first, last=last))
    lines += [phrase("history.legend"), ""]
    if not timelines.tracks:
        return page([*lines, phrase("history.nothing")])
    mondays = _mondays(timelines.first, timelines.last)
    for start in range(0, len(mondays), _YEAR):
        lines += _band(timelines, mondays[start : start + _YEAR], paint)
    for track in timelines.tracks:
        lines += wrapped(made(_listed, *map(spell_words, track.spells)), made(_headed, track.label), 2)
    return page(lines)


def _listed(*spells: str) -> str:
    return f"{'; '.join(spells)}."


def _headed(label: str) -> str:
    return f"{label}: "


def _mondays(first: date, last: date) -> list[date]:
    start = first.toordinal() - first.weekday()
    return [date.fromordinal(max(n, 1)) for n in range(start, last.toordinal() + 1, 7)]


def _band(timelines: Timelines, mondays: Sequence[date], paint: Callable[[Cleared, str], str]) -> list[str]:
    lines = [(" " * _LABEL + _scale(mondays)).rstrip()]
    for track in timelines.tracks:
        weeks = [week_of(track.spells, monday) for monday in mondays]
        painted = (paint(verdict, MARKS[verdict] * len(list(run))) for verdict, run in groupby(weeks))
        lines.append(_shortened(track.label).ljust(_LABEL) + "".join(painted))
    return [*lines, *_read_mark(mondays, timelines.today), ""]


def _read_mark(mondays: Sequence[date], today: date) -> list[str]:
    """An arrow under the week of the read, where the band has it."""
    at = next((n for n, monday in enumerate(mondays) if monday <= today < monday + timedelta(days=7)), None)
    if at is None:
        return []
    left = " " * (_LABEL + at)
    return [f"{left}^ read" if len(left) + len("^ read") <= WIDTH else f"{left[: -len('read ')]}read ^"]


def _shortened(label: str) -> str:
    text = one_line(label)
    return text if len(text) < _LABEL else text[: _LABEL - 2] + "…"


def _scale(mondays: Sequence[date]) -> str:
    """Month names over the first week that starts in them, the year at January and at the left end."""
    scale, free = "", 0
    for n, monday in enumerate(mondays):
        new = n == 0 or monday.month != mondays[n - 1].month
        name = _MONTHS[monday.month - 1] + (f" {monday.year}" if n == 0 or monday.month == 1 else "")
        if new and n >= free and n + len(name) <= len(mondays):
            scale = scale.ljust(n) + name
            free = n + len(name) + 1
    return scale


def week_of(spells: Sequence[Spell], monday: date) -> Cleared:
    """The worst verdict of the week's days that lie in the window: blocked, unknown, not in the lab, cleared."""
    sunday = date.fromordinal(min(monday.toordinal() + 6, date.max.toordinal()))
    found = {
        spell.verdict
        for spell in spells
        if (spell.first is None or spell.first <= sunday) and (spell.last is None or monday <= spell.last)
    }
    return next((verdict for verdict in _WORST if verdict in found), Cleared.NOT_DUE)


# SVG ------------------------------------------------------------------------------------------------------------------

_FILL = {Cleared.CLEARED: "#2e7d4f", Cleared.UNKNOWN: "url(#unknown)", Cleared.BLOCKED: "#b3261e", Cleared.NOT_DUE: "#d9d9d9"}
_SHOWN = (Cleared.CLEARED, Cleared.UNKNOWN, Cleared.BLOCKED, Cleared.NOT_DUE)
_LEFT, _BAR, _ROW, _TOP = 190, 700, 26, 64
#: Up to so many calendar years a picture has room for quarters.
_QUARTERS = 5


def as_svg(timelines: Timelines) -> str:
    """A picture in one file: no script, no link, no font of its own; every bar says its words in a title."""
    height = _TOP + _ROW * max(len(timelines.tracks), 1) + 16
    said = joined("; ", [track_words(track) for track in timelines.tracks])
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _BAR + 20} {height}" role="img" '
        'aria-labelledby="title desc" font-family="sans-serif" font-size="12">',
        made('<title id="title">{}</title>'.format, _safe(phrase("history.picture", name=timelines.name))),
        made('<desc id="desc">{}</desc>'.format, _safe(said or phrase("history.nothing"))),
        '<defs><pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#f2c200"/><rect width="2" height="6" fill="#7a5c00"/></pattern></defs>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_svg_legend(),
        *_svg_months(timelines, height),
        *(part for n, track in enumerate(timelines.tracks) for part in _svg_track(timelines, track, _TOP + _ROW * n)),
        _svg_line(timelines, timelines.today, height, "#1b1b1b", phrase("history.read", day=show(timelines.today))),
        "</svg>",
    ]
    return page([part for part in body if part])


def track_words(track: Track) -> Phrase:
    """A row's spells in one sentence, behind what it is about."""
    return joined(": ", (track.label, joined(", ", [spell_words(spell) for spell in track.spells])))


def _safe(text: str) -> str:
    return made(_escaped, text)


def _escaped(text: str) -> str:
    return escape(one_line(text))


def _x(timelines: Timelines, day: date) -> float:
    """Where a day begins."""
    days = timelines.last.toordinal() - timelines.first.toordinal() + 1
    return round(_LEFT + _BAR * (day.toordinal() - timelines.first.toordinal()) / days, 2)


def _svg_track(timelines: Timelines, track: Track, top: int) -> list[str]:
    found: list[str] = [made(f'<text x="8" y="{top + 14}">{{}}</text>'.format, _safe(made(_shortened, track.label)))]
    end = _LEFT + _BAR
    for spell in track.spells:
        left = _x(timelines, max(spell.first or timelines.first, timelines.first))
        last = spell.last if spell.last and spell.last < timelines.last else None
        right = _x(timelines, last) + _BAR / (timelines.last.toordinal() - timelines.first.toordinal() + 1) if last else end
        bar = f'<rect x="{left}" y="{top}" width="{round(right - left, 2)}" height="18" fill="{_FILL[spell.verdict]}">'
        found.append(made(f"{bar}<title>{{}}</title></rect>".format, _safe(joined(": ", (track.label, spell_words(spell))))))
    return found


def _svg_legend() -> list[str]:
    found = []
    for n, verdict in enumerate(_SHOWN):
        left = _LEFT + n * 130
        found.append(f'<rect x="{left}" y="10" width="14" height="14" fill="{_FILL[verdict]}"/>')
        found.append(made(f'<text x="{left + 20}" y="22">{{}}</text>'.format, _safe(verdict_words(verdict))))
    return found


def _svg_months(timelines: Timelines, height: int) -> list[str]:
    """Quarter lines with their month, in a long window years only; each January carries the year."""
    found = []
    years = timelines.last.year - timelines.first.year + 1
    months = (1, 4, 7, 10) if years <= _QUARTERS else (1,)
    for year in range(timelines.first.year, timelines.last.year + 1, 1 + years // 16):
        for month in months:
            day = date(year, month, 1)
            if timelines.first <= day <= timelines.last:
                name = str(year) if month == 1 else _MONTHS[month - 1]
                found.append(_svg_line(timelines, day, height, "#cccccc", ""))
                found.append(f'<text x="{_x(timelines, day) + 3}" y="50" fill="#555555">{name}</text>')
    return found


def _svg_line(timelines: Timelines, day: date, height: int, colour: str, words: str) -> str:
    """A line across all rows; "" when the day lies outside."""
    if not timelines.first <= day <= timelines.last:
        return ""
    title = made("<title>{}</title>".format, _safe(words)) if words else ""
    at = _x(timelines, day)
    line = f'<line x1="{at}" y1="54" x2="{at}" y2="{height - 8}" stroke="{colour}" stroke-width="1">'
    return joined("", (line, title, "</line>"))
