"""The inspection folder of a protocol."""

import csv
import hashlib
import io
from dataclasses import replace

from onboard.model import UNREADABLE, Task
from onboard.questions import pack as packing
from onboard.questions.pack import canonical
from onboard.questions.pack_people import Asked, members
from tests.questions.cast import (
    ELENA,
    JOSE,
    LENA,
    LEO,
    NOOR,
    PEOPLE,
    SAM,
    STEP,
    TODAY,
    UMA,
    completion,
    d,
    delegation,
    entry,
    judged,
    listing,
    person,
    records,
)


def asked(*days, **period):
    return Asked(days=days or (TODAY,), **period)


def pack(lab, protocol, *days, **period):
    return packing.pack(lab, protocol, asked(*days, **period))


def evidence_rows(lab, protocol):
    return packing.evidence_rows(lab, protocol, members(lab, protocol, asked()))


def table(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def test_the_folder_holds_the_tables_a_readme_a_proof_a_person_and_sums(lab):
    assert sorted(pack(lab, STEP, TODAY)) == [
        "README.txt",
        "SHA256SUMS",
        "delegation-table.csv",
        "evidence-index.csv",
        "people.csv",
        "proofs/person-1.txt",
        "proofs/person-2.txt",
        "proofs/person-3.txt",
        "proofs/person-5.txt",
        "training-matrix.csv",
    ]


def test_the_sums_are_the_sums_of_the_files(lab):
    files = pack(lab, STEP, TODAY)
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert len(files["SHA256SUMS"].decode().splitlines()) == len(files) - 1


def test_the_matrix_shows_the_day_asked_about_not_today(lab):
    matrix = {row["person"]: row for row in table(pack(lab, STEP, d("2026-06-01")), "training-matrix.csv")}
    assert matrix[LENA]["verdict on 2026-06-01"] == "blocked"
    gcp = "Good Clinical Practice course (GCP)"
    assert matrix[LENA][gcp] == "expired until 2026-06-09 [completion/2/2]"
    assert matrix[NOOR][gcp] == "waived until 2026-12-31 [waiver/3/1]"
    assert matrix[ELENA][gcp] == "current until 2028-01-12 [completion/1/2]"
    assert matrix[LEO]["verdict on 2026-06-01"] == "cleared"


def test_who_is_not_in_the_lab_stands_in_the_matrix_and_owes_nothing(lab):
    matrix = {row["person"]: row for row in table(pack(lab, STEP, TODAY), "training-matrix.csv")}
    assert matrix[LEO]["verdict on 2026-11-23"] == "not_due"
    assert matrix[LEO]["On the IRB list"] == "not asked"


def test_the_delegation_table_says_who_may_do_what_and_by_whom(lab):
    rows = table(pack(lab, STEP, TODAY), "delegation-table.csv")
    assert [(r["name"], r["tasks"], r["from"], r["to"], r["approved by"]) for r in rows] == [
        ("Lena Haddad", "consent, procedures", "2024-02-01", "open", "Elena Rivera"),
        ("Noor Weiss", "procedures", "2024-02-01", "open", "Elena Rivera"),
    ]


def test_every_line_of_the_index_carries_the_hash_of_its_own_text(lab):
    rows = table(pack(lab, STEP, TODAY), "evidence-index.csv")
    assert rows
    assert all(hashlib.sha256(r["canonical text"].encode()).hexdigest() == r["sha256"] for r in rows)
    assert len({r["evidence"] for r in rows}) == len(rows)


def test_every_row_a_proof_names_is_in_the_index(lab):
    files = pack(lab, STEP, TODAY)
    known = {r["evidence"] for r in table(files, "evidence-index.csv")}
    assert known >= {"completion/2/2", "completion/2/3", "waiver/3/1", "listing/2/1", "approval/S/1", "delegation/2/1"}


def test_the_index_leaves_other_protocols_out(lab):
    assert not {e for e in evidence_rows(lab, STEP) if e in ("approval/C/1", "listing/4/1", "listing/1/2")}


def test_a_changed_row_changes_its_hash_and_no_other(lab):
    rows = tuple(replace(c, completed=d("2023-05-17")) if c.evidence == "completion/2/2" else c for c in records().completions)
    changed = evidence_rows(judged(replace(records(), completions=rows)), STEP)
    before = evidence_rows(lab, STEP)
    assert {e for e in before if before[e] != changed[e]} == {"completion/2/2"}


def test_canonical_text_is_the_same_whatever_the_order_of_reading():
    one = completion(LENA, 1, "A", "2026-01-01")
    assert canonical(one) == canonical(replace(one))
    assert canonical(one).startswith('{"checked":"accepted","checked_by":"",')


def test_the_readme_says_what_it_is_not(lab):
    text = pack(lab, STEP, TODAY)["README.txt"].decode()
    for words in ("STEP-HF", "As of 23 Nov 2026", "not the signed delegation log", "21 CFR Part 11", "Not tracked here"):
        assert words in text


def test_a_record_id_cannot_leave_the_folder():
    evil = "../../etc/cron"
    people = tuple(person(evil, p.name) if p.record == NOOR else p for p in PEOPLE)
    lab = judged(
        replace(
            records(),
            people=people,
            appointments=tuple(replace(a, person=evil) if a.person == NOOR else a for a in records().appointments),
            listings=tuple(replace(x, person=evil) if x.person == NOOR else x for x in records().listings),
        )
    )
    names = [name for name in pack(lab, STEP, TODAY) if name.startswith("proofs/")]
    assert len(names) == 4
    assert all(".." not in name and name.count("/") == 1 for name in names)


# who is in it ---------------------------------------------------------------------------------------------------------


def people(lab, *days, **period):
    return {row["person"]: row for row in table(pack(lab, STEP, *days, **period), "people.csv")}


def test_a_leaver_is_proved_on_the_last_day_in_the_lab(lab):
    leo = people(lab)[LEO]
    assert (leo["how"], leo["study from"], leo["study to"]) == ("listed", "2024-01-11", "open")
    assert (leo["lab from"], leo["lab to"], leo["proof days"]) == ("2024-01-02", "2026-11-20", "2026-11-20")
    proof = pack(lab, STEP, TODAY)["proofs/person-5.txt"].decode()
    assert "CLEARED" in proof and "20 Nov 2026" in proof


def test_a_period_holds_who_was_on_the_study_on_one_of_its_days_and_nobody_else():
    lab = judged(
        replace(
            records(),
            listings=(
                listing(LENA, STEP, None, "2024-01-20", removed=d("2025-01-01")),
                listing(NOOR, STEP, None, "2025-01-01"),
                replace(listing(UMA, STEP, None, None), submitted=UNREADABLE),
            ),
            delegations=(),
            log=(entry(SAM, 1, "2024-12-31"), entry(JOSE, 1, "2025-02-01")),
        )
    )
    year = people(lab, d("2024-12-31"), first=d("2024-01-01"), last=d("2024-12-31"))
    assert set(year) == {ELENA, LENA, UMA, SAM}
    assert (year[LENA]["study from"], year[LENA]["study to"]) == ("2024-01-20", "2024-12-31")
    assert (year[SAM]["how"], year[ELENA]["how"]) == ("logged", "PI")
    assert set(people(lab, d("2025-01-01"), first=d("2025-01-01"), last=d("2025-01-31"))) == {ELENA, NOOR, UMA}
    assert set(people(lab)) == {ELENA, LENA, NOOR, UMA, SAM, JOSE}


def test_a_proof_of_somebody_who_came_later_is_of_the_first_day(lab):
    later = people(lab, d("2023-06-01"))[LENA]
    assert later["proof days"] == "2024-01-11"


def test_the_delegation_table_of_a_period_holds_what_may_cover_one_of_its_days():
    ended = delegation(LENA, "2024-02-01", Task.CONSENT, last=d("2024-12-31"))
    lab = judged(replace(records(), delegations=(ended, delegation(NOOR, "2025-02-01", Task.PROCEDURES))))
    assert [r["person"] for r in table(pack(lab, STEP, TODAY, first=d("2025-01-01")), "delegation-table.csv")] == [NOOR]
    assert [r["person"] for r in table(pack(lab, STEP, TODAY, last=d("2025-01-01")), "delegation-table.csv")] == [LENA]


def test_the_index_of_a_period_leaves_out_rows_of_people_who_are_not_in_it(lab):
    whole = packing.evidence_rows(lab, STEP, members(lab, STEP, asked()))
    before = packing.evidence_rows(lab, STEP, members(lab, STEP, asked(first=d("2023-01-01"), last=d("2024-01-10"))))
    assert {e.split("/")[1] for e in before} == {ELENA, STEP}
    assert set(before) < set(whole)
