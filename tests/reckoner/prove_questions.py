"""The long form: random labs, every question asked of the product and of the reckoner.

    python tests/reckoner/prove_questions.py --labs 1000 [--seed 0]

Prints what was compared; ends with 1 and the first disagreements.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from almanac import YES
from asked import idle_days, mismatches, moved, settled, typed, with_odd_cells, worked
from labs import Lab, describe, make_lab
from reckon import Reckoner

from onboard.dates import parse_validity
from onboard.judging.estimates import path
from onboard.judging.reconcile import reconcile
from onboard.model import Assessment, Records, RequirementKind, Rules
from onboard.pipeline.judging import judge_records
from onboard.questions.exposure import exposure
from onboard.questions.whatif import compare_assessments

#: Days that what-if looks ahead here, and that exposure looks back.
WINDOW, BACK = 45, 120


def judged(lab: Lab, records: Records | None = None, rules: Rules | None = None, read_on: date | None = None) -> Assessment:
    day = read_on or lab.read_on
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return judge_records(records or lab.records, (), rules or lab.rules, noon, day)


def reconciled(lab: Lab, tally: Counter[str]) -> Iterator[str]:
    """Differences about what disagrees on a few days of the lab."""
    assessment, reckoner = judged(lab), Reckoner(lab.records, lab.rules, lab.read_on)
    for day in {lab.read_on, *lab.edges()[::9]}:
        theirs = {(m.kind.value, m.people[0], m.protocol, m.evidence, m.until) for m in reconcile(assessment, day)}
        mine = {tuple(wrong) for wrong in mismatches(reckoner, day)}
        tally["reconcile: days"] += 1
        for wrong in mine:
            tally[f"reconcile: {wrong[0]}"] += 1
        for only, whose in ((theirs - mine, "product"), (mine - theirs, "reckoner")):
            for wrong in only:
                yield f"seed {lab.seed}, reconcile on {day}, only the {whose}: {wrong}\n{describe(lab, wrong[1], wrong[2])}"


def exposed(lab: Lab, tally: Counter[str]) -> Iterator[str]:
    """Differences about work, and days on which there could have been some."""
    assessment, reckoner = judged(lab), Reckoner(lab.records, lab.rules, lab.read_on)
    first = lab.read_on - timedelta(days=BACK)
    whole, part = exposure(assessment), exposure(assessment, first=first)
    said = {w.evidence: "no" for w in whole.certain} | {w.evidence: "unknown" for w in whole.not_excluded}
    answers, lost = worked(reckoner)
    tally["exposure: entries"] += len(lab.records.log)
    if said != answers or {u.evidence for u in whole.unplaced} != lost:
        yield f"seed {lab.seed}, exposure: product {said} {whole.unplaced}, reckoner {answers} {lost}"
    for person in assessment.people:
        for protocol in reckoner.protocols_of(person):
            runs = [r for r in part.could_have_worked if (r.person, r.protocol) == (person, protocol)]
            theirs = {r.first + timedelta(days=n) for r in runs if r.first and r.last for n in range((r.last - r.first).days + 1)}
            mine = idle_days(reckoner, person, protocol, first)
            tally["exposure: days"] += BACK + 1
            tally["exposure: could have worked"] += len(mine)
            if theirs != mine:
                yield f"seed {lab.seed}, idle {min(theirs ^ mine)} of {len(theirs ^ mine)}\n{describe(lab, person, protocol)}"


def changed(lab: Lab) -> Rules:
    """Other rules: courses hold half a year; in every second lab every third block is gone instead."""
    if lab.seed % 2:
        kept = tuple(r for number, r in enumerate(lab.rules.requirements) if number % 3)
        return replace(lab.rules, requirements=kept)
    half, kept = parse_validity("months:6"), lab.rules.requirements
    rules = tuple(replace(r, validity=half) if r.kind is RequirementKind.TRAINING else r for r in kept)
    return replace(lab.rules, requirements=rules)


def compared(lab: Lab, tally: Counter[str]) -> Iterator[str]:
    """Differences about who is short and who gains under other rules, there and back."""
    rules, last = changed(lab), lab.read_on + timedelta(days=WINDOW - 1)
    days = [lab.read_on + timedelta(days=n) for n in range(WINDOW)]
    sides = [(judged(lab, rules=book), Reckoner(lab.records, book, lab.read_on)) for book in (lab.rules, rules)]
    for (before, one), (after, other) in (sides, sides[::-1]):
        found = compare_assessments(before, after, lab.read_on, last)
        short = {(m.person, m.protocol, m.task): (m.since, m.days) for m in found.short}
        gains = {(m.person, m.protocol, m.task): (m.since, m.days) for m in found.gains}
        for row in {(r.person, r.protocol, r.task) for r in before.readiness}:
            lost, won = moved(one, other, row, days)
            tally["whatif: rows"] += 1
            tally["whatif: short"] += bool(lost)
            tally["whatif: gains"] += bool(won)
            for name, theirs, mine in (("short", short, lost), ("gains", gains, won)):
                if theirs.get(row) != ((mine[0], len(mine)) if mine else None):
                    yield f"seed {lab.seed}, whatif {name} {row}: product {theirs.get(row)}, reckoner {mine[:1]} {len(mine)}"


#: Acts that can be typed; what else is missing has its day on record, or no day at all.
TYPED = {
    RequirementKind.TRAINING,
    RequirementKind.LISTING,
    RequirementKind.DELEGATION,
    RequirementKind.STEP,
    RequirementKind.DISCLOSURE,
}


def walked(drawn: Lab, tally: Counter[str]) -> Iterator[str]:
    """Routes on which the acts, typed on their days, do not clear the person on the route's day, or clear them before it."""
    lab = settled(drawn)
    assessment = judged(lab)
    kinds = {version.id: version.kind for version in lab.rules.requirements}
    for person in assessment.people:
        for route in path(assessment, person, lab.read_on).routes:
            acts = [(stage.requirement, stage.about) for stage in route.stages if stage.about and not stage.known]
            if route.about is None or not all(kinds.get(identity) in TYPED for identity, _ in acts):
                continue  # a fact, once recorded, may ask for more
            found = path(assessment, person, lab.read_on)
            if not found.appointed:
                continue
            row = (person, route.protocol, route.task)
            reckoner = Reckoner(typed(lab, row, acts, route.about), lab.rules, max(lab.read_on, route.about))
            day, early = found.start, []
            while day < route.about:
                if reckoner.cleared(*row, day) == YES:
                    early.append(day)
                day += timedelta(days=1)
            tally["path: routes"] += 1
            tally["path: acts"] += len(acts)
            clauses = {name: answer for name, answer in reckoner.clauses(*row, route.about).items() if answer != YES}
            if clauses or early:
                said = f"not cleared: {clauses}" if clauses else f"cleared before, on {early[0]}"
                yield f"seed {lab.seed}, path {row}, {route.about}: {said}, acts {acts}\n{describe(lab, *row[:2])}"


def differences(seed: int, tally: Counter[str]) -> Iterator[str]:
    """Everything that differs about the lab of a seed."""
    lab = with_odd_cells(make_lab(seed))
    for question in (reconciled, exposed, compared, walked):
        yield from question(lab, tally)


def main() -> int:
    """Read the command line, ask, print; 0 when the two agree everywhere."""
    parser = argparse.ArgumentParser(description="Ask every question of the product and of the brute-force reckoner.")
    parser.add_argument("--labs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    tally: Counter[str] = Counter()
    wrong = [line for seed in range(wanted.seed, wanted.seed + wanted.labs) for line in differences(seed, tally)]
    print(f"labs: {wanted.labs}, seeds {wanted.seed} to {wanted.seed + wanted.labs - 1}")
    print("\n".join(f"  {name:<42} {count:>9}" for name, count in sorted(tally.items())))
    print(f"{len(wrong)} disagreements")
    print("\n\n".join(wrong[:5]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
