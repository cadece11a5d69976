"""A plan in rows and sentences for people and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onboard.dates import show
from onboard.intake.claims import LAYOUT_NAMES, ReadFile
from onboard.intake.irb_compare import Comparison
from onboard.intake.planning import Planned, State, counts

COLUMNS = ("what", "id", "who", "course", "passed", "expires", "why")
_ORDER = (
    State.CONFLICT,
    State.UNKNOWN_COURSE,
    State.UNREADABLE,
    State.UNMATCHED,
    State.NEW,
    State.NOT_PASSED,
    State.KNOWN,
)
#: States whose rows are many and need no action: counted, not listed.
_COUNTED = frozenset({State.KNOWN, State.NOT_PASSED})


def counts_words(planned: Sequence[Planned]) -> str:
    """``12 new, 3 known, 1 unmatched``; every state is named, also with none."""
    return ", ".join(f"{number} {state.value}" for state, number in counts(planned).items())


def file_words(read: ReadFile) -> str:
    """Return what a file was recognized as."""
    rows = f"{read.rows} {'row' if read.rows == 1 else 'rows'}"
    return f"{read.file}: {LAYOUT_NAMES[read.layout]}, {rows}."


def table_rows(planned: Sequence[Planned], most: int) -> tuple[list[list[str]], int]:
    """Return the rows to show, those that need a person first, and how many more.

    Rows that fit no person come last of their kind: an institution's file is full of them.
    """
    shown = [item for item in planned if item.state not in _COUNTED]
    ordered = sorted(shown, key=lambda item: (_ORDER.index(item.state), item.state is State.UNMATCHED and not item.near))
    return [_row(item) for item in ordered[:most]], max(len(ordered) - most, 0)


def _row(item: Planned) -> list[str]:
    claim = item.claim
    stage = f", stage {claim.stage}" if claim.stage else ""
    return [
        item.state.value,
        item.key,
        _who(item),
        f"{claim.group}{stage}",
        show(claim.earned) if claim.earned else "",
        show(claim.expires) if claim.expires else "",
        _why(item),
    ]


def _who(item: Planned) -> str:
    if item.person:
        return f"{item.name} (record {item.person})"
    return item.claim.name or item.claim.username or f"CITI member {item.claim.member_id}"


def _why(item: Planned) -> str:
    near = f"Perhaps record {' or '.join(item.near)}." if item.near and item.state is State.UNMATCHED else ""
    if item.state is State.NEW:
        parts = (f"as {item.training}" if item.training else "", item.why, _elsewhere(item), f"by {item.how}")
        return "; ".join(part for part in parts if part)
    return " ".join(part for part in (item.why, near) if part)


def _elsewhere(item: Planned) -> str:
    return f"taken for {item.claim.institution}, so the earlier date counts" if item.claim.institution else ""


def written_lines(planned: Sequence[Planned], writes: Mapping[str, Mapping[str, str]], most: int) -> list[str]:
    """What goes into REDCap, a line a new completion: each field with its value. `writes` is by the id of the row."""
    new = [item for item in planned if item.key in writes]
    lines = [f"What --send writes ({len(new)} {'row' if len(new) == 1 else 'rows'}):"] if new else []
    for item in new[:most]:
        values = "; ".join(f"{field} = {value}" for field, value in writes[item.key].items())
        whose = "" if item.claim.institution else "; institution: ours"
        paper = f"; file {item.claim.file}" if item.claim.document else ""
        lines.append(f"  {item.key}, record {item.person}: {values}{whose}{paper}")
    return [*lines, f"  ... and {len(new) - most} more; --format csv shows all."] if len(new) > most else lines


def flat(row: Mapping[str, object]) -> dict[str, object]:
    """A row of `as_rows` for a table without cells in cells."""
    near, writes = row["near"], row["writes"]
    return {
        **row,
        "near": " ".join(map(str, near)) if isinstance(near, list) else "",
        "writes": "; ".join(f"{field} = {value}" for field, value in writes.items()) if isinstance(writes, dict) else "",
    }


def as_rows(planned: Sequence[Planned], writes: Mapping[str, Mapping[str, str]]) -> list[dict[str, object]]:
    """One object a claim with stable keys, for programs. `writes`: what --send writes, by the id of the row."""
    return [
        {
            "id": item.key,
            "state": item.state.value,
            "person": item.person or None,
            "near": list(item.near),
            "training": item.training or None,
            "member_id": item.claim.member_id,
            "name": item.claim.name,
            "curriculum": item.claim.curriculum,
            "group": item.claim.group,
            "stage": item.claim.stage,
            "completed": item.claim.earned.isoformat() if item.claim.earned else None,
            "expires": item.claim.expires.isoformat() if item.claim.expires else None,
            "record_id": item.claim.record_id,
            "institution": item.claim.institution,
            "file": item.claim.file,
            "line": item.claim.line,
            "evidence": item.evidence or None,
            "matched_by": item.how,
            "why": item.why,
            "writes": dict(writes.get(item.key, {})),
        }
        for item in planned
    ]


def comparison_lines(comparison: Comparison) -> list[str]:
    """A comparison with the IRB's list, in lines."""
    lines = [f"{comparison.code}: {comparison.basis}."]
    if not comparison.compared:
        return [*lines, "Take the IRB's personnel table in: onboard intake --irb-list FILE --protocol P."]
    for title, sentences in (
        ("On the IRB's list, not on ours", comparison.theirs_only),
        ("On ours, not on the IRB's", comparison.ours_only),
        ("On the IRB's list, but gone from the lab", comparison.left),
        ("Unknown", comparison.unsure),
    ):
        lines += [f"{title}: {len(sentences)}", *(f"  - {sentence}" for sentence in sentences)]
    agree = "person is" if comparison.agreed == 1 else "people are"
    return [*lines, f"{comparison.agreed} {agree} on both."]
