# ruff: noqa: E501
"""Writes the projects of this folder: `python -m tests.connecting.elsewhere.made`. The same bytes each time.

ridge_cardio: English; a login names a person; trainings are a project of their own, one record a training, login, course and expiry
only; a line a person and study with task letters and initials; a flag instead of a last day.
see_klinik: German; numbered slots of studies; a matrix of yes/no fields for tasks; days with dots and named months.
rive_sante: French; people, partners and studies in one project, told apart by a field; titles of trainings typed by hand; a radio
button a study; a yes with a name beside it where somebody looked at a certificate.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.connecting.elsewhere.facts import AS_READ, BAD, TODAY, TRIALS, Day, Human, Study, truth

HERE = Path(__file__).parent
HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,Choices. Calculations. OR Slider Labels,Field Note,"
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,Identifier?,"
    "Branching Logic (Show field only if...),Required Field?,Custom Alignment,Question Number (surveys only),Matrix Group Name,"
    "Matrix Ranking?,Field Annotation"
)
Row = dict[str, str]


class Dictionary:
    """A data dictionary, and what each field means."""

    def __init__(self, project: str) -> None:
        self.project, self.rows, self.means = project, [], []
        self.names: list[str] = []

    def add(
        self,
        form: str,
        name: str,
        label: str,
        means: str = "",
        *,
        kind: str = "text",
        choices: str = "",
        valid: str = "",
        note: str = "",
        section: str = "",
        matrix: str = "",
        needed: bool | None = None,
    ) -> None:
        """One field; `means` holds the places of a redcap.toml that may use it, with spaces between."""
        self.rows.append([name, form, section, kind, label, choices, note, valid, *[""] * 7, matrix, "", ""])
        self.names.append(name)
        if len(self.rows) > 1 or means:
            wanted = bool(means) if needed is None else needed
            one = {"project": self.project, "form": form, "field": name, "means": means.split(), "needed": wanted}
            self.means.append(one)

    def text(self) -> str:
        """As downloaded."""
        titles = [title.replace("Choices. Calculations.", "Choices, Calculations,") for title in HEADER.split(",")]
        return _csv([titles, *self.rows])


def _csv(rows: Iterable[Iterable[str]]) -> str:
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def table(columns: list[str], rows: list[Row]) -> str:
    """Rows as an export."""
    return _csv([columns, *([row.get(name, "") for name in columns] for row in rows)])


def write(name: str, files: dict[str, str]) -> None:
    """The files of one project."""
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")


def lines(values: list[dict[str, object]]) -> str:
    """A list as JSON, one value a line."""
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]\n"


def rules(trainings: dict[str, list[str]], nothing: list[str]) -> str:
    """The requirements of a lab elsewhere."""
    asked = {"hsp": 'study_types = ["nih_trial", "interventional", "observational", "chart_review"]'}
    asked |= {"gcp": 'study_types = ["nih_trial", "interventional"]', "privacy": 'phi = ["yes"]'}
    months = {"hsp": 36, "gcp": 36, "privacy": 24}
    parts = ['[judging]\ndefault_mode = "amendment"\n']
    for one in trainings:
        parts.append(
            f'[[requirement]]\nid = "{one}"\nkind = "training"\ntitle = "{one.upper()}"\nper = "person"\n{asked[one]}\n'
            f'accepts = ["{one}"]\nvalidity = "months:{months[one]}"\nwhose_date = "issued"\n'
        )
    every = '["nih_trial", "interventional", "observational", "chart_review"]'
    parts.append(
        f'[[requirement]]\nid = "irb_listing"\nkind = "listing"\ntitle = "IRB listing"\nper = "protocol"\nstudy_types = {every}\n'
    )
    parts.append('[[requirement]]\nid = "irb_approval"\nkind = "approval"\ntitle = "IRB approval"\nper = "protocol"\n')
    trials = json.dumps(list(TRIALS))
    parts.append(
        f'[[requirement]]\nid = "delegation"\nkind = "delegation"\ntitle = "Delegation"\nper = "task"\nstudy_types = {trials}\n'
    )
    for step, blocks in (("confidentiality", "true"), ("badge", "false")):
        parts.append(
            f'[[requirement]]\nid = "step_{step}"\nkind = "step"\ntitle = "{step}"\nper = "person"\nstep = "{step}"\nblocks = {blocks}\n'
        )
    for one, names in trainings.items():
        parts.append(f'[[course]]\ntraining = "{one}"\ngroup = {json.dumps(names, ensure_ascii=False)}\n')
    parts.append(f'[[course]]\ntraining = ""\ngroup = {json.dumps(nothing, ensure_ascii=False)}\n')
    return "\n".join(parts)


def study_files(studies: list[Study]) -> dict[str, str]:
    """protocols.csv and approvals.csv."""
    heads = ["number", "short_code", "title", "pi", "digest_also_to", "irb_of_record", "personnel_mode"]
    protocols = [[s.number, s.code, s.title, s.pi, "", "", ""] for s in studies]
    rows = []
    for s in studies:
        until = (s.until.isoformat(), "") if s.until else ("", "yes")
        rows.append([s.number, "initial", s.since.isoformat(), *until, s.kind, "internal", "yes" if s.phi else "no"])
        if s.closed:
            rows.append([s.number, "closure", s.closed.isoformat(), "", "", "", "", ""])
    names = ["protocol", "kind", "from", "to", "no_expiration_date", "study_type", "funding", "phi"]
    return {"protocols.csv": _csv([heads, *protocols]), "approvals.csv": _csv([names, *rows])}


def people(dice: Random, count: int, names: tuple[list[str], list[str]], studies: list[Study], tasks: list[str]) -> list[Human]:
    """Invented people with everything that is true of them; no day of theirs lies within a month of today but by design."""
    found: list[Human] = []
    for number in range(1, count + 1):
        first, last = names[0][number % len(names[0])], names[1][(number * 5) % len(names[1])]
        role = ["pi", "co_investigator", "coordinator", "research_assistant", "data", "admin"][min(number - 1, dice.randrange(6))]
        one = Human(
            str(number),
            first,
            last,
            role,
            dice.choice(["employee", "employee", "student_paid", "volunteer"]),
            day(dice, 300, 2200),
        )
        one.boss = dice.choice(found[:4]).record if found else ""
        one.courses = [(name, *course(dice, months), dice.random() < 0.93) for name, months in _courses(dice)]
        one.secrecy = AS_READ if dice.random() < 0.9 else None
        one.badge = AS_READ if dice.random() < 0.7 else None
        for study in studies:
            if dice.random() < 0.45:
                one.listed[study.number] = (day(dice, 60, 900), day(dice, 40, 50) if dice.random() < 0.1 else None)
        on = [study for study in studies if study.kind in TRIALS and study.number in one.listed]
        for study in on if dice.random() < 0.8 else []:
            given = sorted(dice.sample(tasks, dice.randrange(1, 4)))
            one.tasks[study.number] = (
                given,
                day(dice, 60, 800),
                day(dice, -500, -60) if dice.random() < 0.3 else None,
                dice.random() < 0.85,
            )
        found.append(one)
    found[-1].state, found[-2].state = "left", "left"
    return found


def _courses(dice: Random) -> list[tuple[str, int]]:
    return [(name, months) for name, months in (("hsp", 36), ("gcp", 36), ("privacy", 24)) if dice.random() < 0.92]


def course(dice: Random, months: int) -> tuple[Day, Day]:
    """A pass and its printed end, mostly good today."""
    passed = TODAY - timedelta(days=dice.randrange(60, 650) if dice.random() < 0.85 else dice.randrange(1200, 1500))
    return passed, date(passed.year + months // 12, passed.month, min(passed.day, 28))


def day(dice: Random, least: int, most: int) -> date:
    """A day so many days before today."""
    return TODAY - timedelta(days=dice.randrange(least, most))


# ridge_cardio ----------------------------------------------------------------------------------------------------------


def ridge() -> None:
    """English, two projects, logins, letters, initials, a flag."""
    dice = Random(11)
    studies = [
        Study("HR-2201", "LIPID-3", "Lipid lowering trial", "nih_trial", True, date(2022, 3, 1), date(2027, 2, 28), pi="1"),
        Study("HR-2315", "ECHO-REG", "Echo registry", "observational", True, date(2023, 6, 1), pi="1"),
        Study("HR-1907", "PULSE", "Pulse chart review", "chart_review", False, date(2019, 6, 1), date(2026, 5, 31), pi="1"),
    ]
    letters = {"consent": "A", "recruit": "B", "procedures": "C", "data_entry": "D", "regulatory": "E"}
    firsts = ["Anna", "Boyd", "Cleo", "Dov", "Esme", "Finn", "Gwen", "Hugo", "Ivy", "Jude", "Kai"]
    lasts = ["Moss", "Reed", "Frost", "Vale", "Stone", "Brook", "Hale", "Lake", "Wynn", "Dale", "Marsh", "Cole", "Penn"]
    team = people(dice, 18, (firsts, lasts), studies, list(letters))
    for one in team:
        one.courses = [(name, AS_READ, end, True) for name, _, end, _ in one.courses]
    team[5].listed["HR-2315"] = (BAD, None)
    team[6].role = None
    login = {one.record: f"{one.first[0]}{one.last}{one.record}".lower() for one in team}

    mine = Dictionary("people")
    form = "roster"
    mine.add(form, "record_id", "Record ID")
    mine.add(form, "person", "<div><b>Name</b> (Last, First)</div>", "people.name people.greet")
    mine.add(form, "uname", "Network login", "people.login")
    mine.add(form, "mailaddr", "Campus address", "people.university_email", note="name@ridge.example.edu")
    roles = "PI, Principal investigator | COI, Co-investigator | CRC, Study coordinator | RA, Research assistant | DA, Data analyst | RS, Regulatory staff"
    mine.add(form, "team_job", "Job on the team", "appointments.role", kind="dropdown", choices=roles)
    mine.add(
        form,
        "emp_type",
        "Employment type",
        "appointments.kind",
        kind="radio",
        choices="1, Staff | 2, Paid student | 3, Volunteer",
    )
    mine.add(form, "boss", "Direct supervisor", "appointments.supervisor", note="network login")
    mine.add(form, "joined", "Joined the group", "appointments.first", valid="date_mdy")
    mine.add(
        form, "arch", "Archive this contact?", "appointments.*", kind="yesno", note="Yes when the person is no longer with us"
    )
    mine.add(form, "pager", "Pager", valid="integer")
    mine.add(form, "parking", "Parking permit expires", valid="date_mdy")
    mine.add("welcome", "nda_ok", "Confidentiality agreement signed?", "steps.*", kind="yesno", section="First week")
    mine.add("welcome", "nda_on", "Date signed", "steps.*")
    mine.add("welcome", "id_ok", "ID badge picked up?", "steps.*", kind="yesno")
    mine.add("welcome", "comments", "Comments", kind="notes")
    mine.add("irb_line", "il_study", "IRB protocol", "listings.protocol")
    mine.add("irb_line", "il_added", "Added to the protocol", "listings.approved")
    mine.add("irb_line", "il_off", "Removed from the protocol", "listings.removed")
    legend = "A=Consent, B=Screening, C=Procedures, D=Data entry, E=Regulatory documents"
    mine.add("delegation_line", "dl_study", "Study", "delegations.protocol", section="Delegation of authority log")
    mine.add("delegation_line", "dl_role", "Role on this study")
    mine.add("delegation_line", "dl_tasks", "Tasks (letters)", "delegations.tasks", note=legend)
    mine.add("delegation_line", "dl_start", "Start", "delegations.first")
    mine.add("delegation_line", "dl_stop", "Stop", "delegations.last")
    mine.add("delegation_line", "dl_pi", "PI signature (name)", "delegations.approved_by")
    mine.add("delegation_line", "dl_pi_on", "PI signed on", "delegations.approved_on")

    def us(when: Day) -> str:
        if not isinstance(when, date):
            return "see binder" if when == BAD else ""
        return when.strftime(dice.choice(["%m/%d/%Y", "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%b %d, %Y"]))

    rows: list[Row] = []
    code = {"pi": "PI", "co_investigator": "COI", "coordinator": "CRC", "research_assistant": "RA", "data": "DA", "admin": "RS"}
    for one in team:
        row = {"record_id": one.record, "person": f"{one.last}, {one.first}", "uname": login[one.record]}
        row |= {"mailaddr": f"{login[one.record]}@ridge.example.edu", "team_job": code.get(one.role or "", "")}
        row |= {"emp_type": {"employee": "1", "student_paid": "2", "volunteer": "3"}[one.kind], "boss": login.get(one.boss, "")}
        row |= {
            "joined": one.begins.isoformat(),
            "arch": "1" if one.state == "left" else "0",
            "pager": str(4000 + int(one.record)),
        }
        row |= {"parking": "2027-06-30", "roster_complete": "2", "welcome_complete": "2", "id_ok": "1" if one.badge else "0"}
        signed = dice.random() < 0.6
        row |= {"nda_ok": "1" if one.secrecy else "0", "nda_on": us(one.begins) if one.secrecy and signed else ""}
        rows.append(row)
        for place, (number, (since, off)) in enumerate(one.listed.items(), start=1):
            key = {"record_id": one.record, "redcap_repeat_instrument": "irb_line", "redcap_repeat_instance": str(place)}
            rows.append(key | {"il_study": number, "il_added": us(since), "il_off": us(off), "irb_line_complete": "2"})
        for place, (number, (given, begins, ends, ok)) in enumerate(one.tasks.items(), start=1):
            key = {"record_id": one.record, "redcap_repeat_instrument": "delegation_line", "redcap_repeat_instance": str(place)}
            key |= {"dl_study": next(s.code for s in studies if s.number == number), "dl_role": "team"}
            key |= {"dl_tasks": ", ".join(letters[task] for task in given), "dl_start": us(begins), "dl_stop": us(ends)}
            rows.append(
                key | {"dl_pi": "Anna Moss" if ok else "", "dl_pi_on": us(begins) if ok else "", "delegation_line_complete": "2"}
            )
    columns = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance", *_with_status(mine, {})[1:]]

    theirs = Dictionary("trainings")
    theirs.add("training", "training_no", "Training number")
    theirs.add("training", "username", "Login of the trainee", "completions.person")
    names = "1, CITI Human Subjects Research | 2, Good Clinical Practice | 3, HIPAA privacy | 4, Radiation safety"
    theirs.add(
        "training",
        "course",
        "Course",
        "completions.training completions.group completions.course",
        kind="dropdown",
        choices=names,
    )
    theirs.add("training", "expired", "Expires", "completions.expires", valid="date_ymd")
    theirs.add("training", "certificate", "Certificate", kind="file")
    taken: list[Row] = []
    for one in team:
        for name, _, end, _ in one.courses:
            shown = end.isoformat() if isinstance(end, date) else ""
            row = {"training_no": f"T{len(taken) + 1}", "username": login[one.record], "expired": shown, "training_complete": "2"}
            taken.append(row | {"course": {"hsp": "1", "gcp": "2", "privacy": "3"}[name]})
    for number, stranger in enumerate(("zz901", "zz902", login["3"], login["4"])):
        row = {"training_no": f"T{len(taken) + 1}", "username": stranger, "course": "4", "training_complete": "2"}
        taken.append(row | {"expired": f"2027-0{number + 1}-15"})
    layout = {
        "as_of": "2026-11-30", "zone": "America/Chicago", "domains": ["ridge.example.edu"],
        "projects": {
            "people": {"title": "Ridge Cardio group", "repeating": ["irb_line", "delegation_line"], "events": [], "dags": []},
            "trainings": {"title": "Ridge Cardio trainings", "repeating": [], "events": [], "dags": []},
        },
    }  # fmt: skip
    kept = {"hsp": ["CITI Human Subjects Research"], "gcp": ["Good Clinical Practice"], "privacy": ["HIPAA privacy"]}
    write(
        "ridge_cardio",
        {
            "people.dictionary.csv": mine.text(), "people.csv": table(columns, rows), "trainings.dictionary.csv": theirs.text(),
            "trainings.csv": table(_with_status(theirs, {}), taken), "truth_fields.json": lines(mine.means + theirs.means),
            "truth_status.json": lines(truth(team, studies)), "layout.json": json.dumps(layout, indent=1) + "\n",
            "requirements.toml": rules(kept, ["Radiation safety"]), **study_files(studies),
        },
    )  # fmt: skip


def _with_status(mine: Dictionary, boxes: dict[str, list[str]]) -> list[str]:
    """The columns of an export: boxes apart, each form's status after its fields; no file."""
    found: list[str] = []
    for place, row in enumerate(mine.rows):
        name, form, kind = row[0], row[1], row[3]
        if kind != "file":
            found += [f"{name}___{code}" for code in boxes[name]] if boxes.get(name) else [name]
        if place + 1 == len(mine.rows) or mine.rows[place + 1][1] != form:
            found.append(f"{form}_complete")
    return found


# see_klinik ------------------------------------------------------------------------------------------------------------


def klinik() -> None:
    """German, slots, a matrix of tasks, dots and named months."""
    dice = Random(23)
    studies = [
        Study(
            "EK-0412", "HERZ-1", "HERZ-1 Medikamentenstudie", "interventional", True, date(2023, 2, 1), date(2027, 1, 31), pi="1"
        ),
        Study("EK-0390", "SCHLAF", "Schlafregister", "observational", True, date(2022, 5, 1), pi="1"),
        Study("EK-0288", "AKTE", "Aktenstudie", "chart_review", False, date(2021, 1, 1), closed=date(2026, 3, 1), pi="1"),
    ]
    fields = {"consent": "darf_aufkl", "procedures": "darf_blut", "data_entry": "darf_daten", "safety": "darf_ae"}
    firsts = ["Anke", "Bernd", "Carla", "Dieter", "Elke", "Falk", "Gerda", "Heiko", "Ilse", "Jörg", "Käthe"]
    lasts = ["Möller", "Schulz", "Krüger", "Weiß", "Vogel", "Busch", "Lorenz", "Engel", "Roth", "Jäger", "Sommer", "Graf", "Pohl"]
    team = people(dice, 17, (firsts, lasts), studies, list(fields))
    for one in team:
        one.courses = [(n, p, None if n == "privacy" else e, True) for n, p, e, _ in one.courses]
        one.tasks = {k: v for k, v in one.tasks.items() if k == "EK-0412"}
    team[4].begins = BAD
    team[7].ends, team[8].ends = date(2027, 6, 30), date(2026, 8, 31)
    team[9].state = "not begun"
    team[9].begins = date(2027, 2, 1)
    team[3].listed["EK-0390"] = (AS_READ, None)
    names = {one.record: f"{one.first} {one.last}" for one in team}

    mine = Dictionary("people")
    form = "stammdaten"
    mine.add(form, "lfd_nr", "Lfd. Nr.")
    mine.add(form, "nachname", "Nachname", "people.name")
    mine.add(form, "vorname", "Vorname", "people.name people.greet")
    mine.add(form, "email_d", "E-Mail (dienstlich)", "people.university_email", valid="email")
    mine.add(form, "email_p", "E-Mail (privat)", "people.personal_email", valid="email")
    roles = "1, Prüfarzt / Studienleiter | 2, Stellv. Prüfarzt | 3, Studienkoordination | 4, Wissenschaftliche Hilfskraft | 5, Datenmanagement | 6, Verwaltung"
    mine.add(form, "funktion", "Funktion im Team", "appointments.role", kind="dropdown", choices=roles)
    kinds = "1, Angestellt | 2, Studentische Hilfskraft (bezahlt) | 3, Ehrenamtlich"
    mine.add(form, "verhaeltnis", "Beschäftigungsverhältnis", "appointments.kind", kind="radio", choices=kinds)
    mine.add(form, "vorgesetzt", "Vorgesetzte(r)", "appointments.supervisor")
    mine.add(form, "eintritt", "Eintrittsdatum", "appointments.first", note="TT.MM.JJJJ")
    mine.add(form, "austritt", "Austrittsdatum", "appointments.last", note="TT.MM.JJJJ")
    states = "a, Aktiv | b, Ausgeschieden | c, Noch nicht begonnen"
    mine.add(form, "stand", "Status", "appointments.*", kind="radio", choices=states)
    mine.add(form, "schweige", "Verschwiegenheitserklärung unterschrieben", "steps.*", kind="yesno")
    mine.add(form, "ausweis", "Hausausweis ausgehändigt", "steps.*", kind="yesno")
    mine.add(form, "telefon", "Telefon")
    mine.add(form, "geburtstag", "Geburtsdatum", valid="date_dmy")
    mine.add("schulungen", "ethik_am", "Schutz der Teilnehmenden: absolviert am", "completions.completed")
    mine.add("schulungen", "ethik_bis", "Schutz der Teilnehmenden: gültig bis", "completions.expires")
    mine.add("schulungen", "gcp_am", "GCP: absolviert am", "completions.completed")
    mine.add("schulungen", "gcp_bis", "GCP: gültig bis", "completions.expires")
    mine.add("schulungen", "dsgvo_am", "Datenschutz-Schulung am", "completions.completed")
    mine.add("schulungen", "brand_am", "Brandschutz-Unterweisung am")
    mine.add("schulungen", "nachweis", "Nachweise", kind="file")
    listed = " | ".join(f"{place}, {s.code} ({s.number})" for place, s in enumerate(studies, start=1))
    for slot in (1, 2, 3):
        mine.add("studien", f"studie_{slot}", f"Studie {slot}", "listings.*", kind="dropdown", choices=listed)
        mine.add("studien", f"gemeldet_{slot}", f"Studie {slot}: bei der Ethikkommission gemeldet seit", "listings.approved")
        mine.add("studien", f"abgemeldet_{slot}", f"Studie {slot}: abgemeldet am", "listings.removed")
    labels = {
        "consent": "Aufklärung und Einwilligung",
        "procedures": "Blutentnahme und Untersuchung",
        "data_entry": "Dateneingabe",
    }
    labels["safety"] = "Unerwünschte Ereignisse"
    for task, name in fields.items():
        mine.add(
            "aufgaben", name, labels[task], "delegations.*", kind="yesno", matrix="darf",
            section="HERZ-1 (EK-0412): übertragene Aufgaben" if task == "consent" else "",
        )  # fmt: skip
    mine.add("aufgaben", "del_ab", "Aufgaben übertragen ab", "delegations.first", valid="date_dmy")
    mine.add("aufgaben", "del_bis", "Aufgaben übertragen bis", "delegations.last", valid="date_dmy")
    mine.add("aufgaben", "del_pl", "Unterschrift Studienleitung (Name)", "delegations.approved_by")
    mine.add("aufgaben", "del_pl_am", "Unterschrieben am", "delegations.approved_on", valid="date_dmy")

    months = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ]

    def de(when: Day) -> str:
        if not isinstance(when, date):
            return "2024" if when == BAD else ""
        named = f"{when.day}. {months[when.month - 1]} {when.year}"
        return dice.choice([when.strftime("%d.%m.%Y"), f"{when.day}.{when.month}.{when.year}", when.strftime("%d.%m.%y"), named])

    rows: list[Row] = []
    code = {"pi": "1", "co_investigator": "2", "coordinator": "3", "research_assistant": "4", "data": "5", "admin": "6"}
    for one in team:
        row = {"lfd_nr": one.record, "nachname": one.last, "vorname": one.first, "telefon": f"+49 621 55{one.record}"}
        row |= {
            "email_d": f"mitarbeiter{one.record}@see.example.de",
            "funktion": code[one.role or ""],
            "geburtstag": "1985-05-05",
        }
        row |= {"verhaeltnis": {"employee": "1", "student_paid": "2", "volunteer": "3"}[one.kind]}
        boss = names.get(one.boss, "")
        row |= {"vorgesetzt": f"Dr. {boss}" if boss and dice.random() < 0.4 else boss, "eintritt": de(one.begins)}
        row |= {"austritt": de(one.ends), "stand": {"here": "a", "left": "b", "not begun": "c"}[one.state]}
        row |= {"schweige": "1" if one.secrecy else "0", "ausweis": "1" if one.badge else "0", "brand_am": de(one.begins)}
        for name, passed, end, _ in one.courses:
            stem = {"hsp": "ethik", "gcp": "gcp", "privacy": "dsgvo"}[name]
            row |= {f"{stem}_am": de(passed), f"{stem}_bis": de(end)}
        for slot, (number, (since, off)) in enumerate(one.listed.items(), start=1):
            place = str(1 + [s.number for s in studies].index(number))
            row |= {f"studie_{slot}": place, f"gemeldet_{slot}": de(since), f"abgemeldet_{slot}": de(off)}
        given, begins, ends, ok = one.tasks.get("EK-0412", ([], None, None, False))
        row |= {name: "1" if task in given else ("0" if given else "") for task, name in fields.items()}
        row |= {"del_ab": begins.isoformat() if begins else "", "del_bis": ends.isoformat() if ends else ""}
        row |= {"del_pl": names["1"] if ok else "", "del_pl_am": begins.isoformat() if ok and begins else ""}
        rows.append(row | {f"{form}_complete": "2" for form in ("stammdaten", "schulungen", "studien", "aufgaben")})
    layout = {
        "as_of": "2026-11-30", "zone": "Europe/Berlin", "domains": ["see.example.de"],
        "projects": {"people": {"title": "See-Klinik Mitarbeitende", "repeating": [], "events": [], "dags": []}},
    }  # fmt: skip
    kept = {"hsp": ["Schutz der Teilnehmenden", "ethik"], "gcp": ["GCP"], "privacy": ["Datenschutz-Schulung", "dsgvo"]}
    write(
        "see_klinik",
        {
            "people.dictionary.csv": mine.text(), "people.csv": table(_with_status(mine, {}), rows),
            "truth_fields.json": lines(mine.means), "truth_status.json": lines(truth(team, studies)),
            "layout.json": json.dumps(layout, indent=1) + "\n", "requirements.toml": rules(kept, ["Brandschutz"]),
            **study_files(studies),
        },
    )  # fmt: skip


# rive_sante ------------------------------------------------------------------------------------------------------------


def rive() -> None:
    """French; people and studies in one project; titles typed; a radio button a study; a look with a name."""
    dice = Random(37)
    studies = [
        Study(
            "CPP-21-07",
            "ALLURE",
            "Essai ALLURE",
            "interventional",
            True,
            date(2022, 9, 1),
            date(2027, 8, 31),
            pi="1",
            record="E1",
        ),
        Study("CPP-22-15", "MARCHE", "Cohorte MARCHE", "observational", True, date(2023, 1, 15), pi="2", record="E2"),
    ]
    firsts = ["Aude", "Bruno", "Chloé", "Denis", "Élise", "Fabien", "Gaëlle", "Henri", "Inès", "Jules", "Katia"]
    lasts = [
        "Martel",
        "Besson",
        "Carré",
        "Dufour",
        "Évrard",
        "Fabre",
        "Gérin",
        "Hamel",
        "Imbert",
        "Joly",
        "Kieffer",
        "Lacroix",
        "Morin",
    ]
    codes = {"consent": "c", "procedures": "p", "data_entry": "s", "safety": "e"}
    team = people(dice, 16, (firsts, lasts), studies, list(codes))
    for one in team:
        for number in ("CPP-21-07", "CPP-22-15"):
            if number in one.listed:  # the button tells that somebody was taken off, and no day
                off = TODAY if dice.random() < 0.15 else None
                one.listed[number] = (AS_READ if dice.random() < 0.25 else one.listed[number][0], off)
        one.secrecy = day(dice, 100, 900) if one.secrecy else None
        one.badge = day(dice, 100, 900) if one.badge else None
    for one in team:
        one.listed = {number: span for number, span in one.listed.items() if span[1] is None}
        one.tasks = {number: given for number, given in one.tasks.items() if number in one.listed}
    team[5].state, team[5].begins = "not begun", None

    mine = Dictionary("people")
    mine.add("fiche", "dossier", "Numéro de dossier")
    kinds = "m, Membre de l'équipe | x, Partenaire extérieur | e, Étude"
    mine.add(
        "fiche", "type_fiche", "Type de fiche", "people.* appointments.* protocols.* approvals.*", kind="radio", choices=kinds
    )
    mine.add("fiche", "prenom", "Prénom", "people.name people.greet")
    mine.add("fiche", "nom", "Nom de famille", "people.name")
    mine.add("fiche", "courriel", "Courriel professionnel", "people.university_email", valid="email")
    roles = "1, Investigateur principal | 2, Co-investigateur | 3, Coordinateur d'étude | 4, Assistant de recherche | 5, Gestion des données | 6, Administration"
    mine.add("fiche", "poste", "Fonction", "appointments.role", kind="dropdown", choices=roles)
    mine.add(
        "fiche",
        "contrat",
        "Type de contrat",
        "appointments.kind",
        kind="dropdown",
        choices="1, Salarié | 2, Étudiant rémunéré | 3, Bénévole",
    )
    mine.add("fiche", "responsable", "Responsable hiérarchique", "appointments.supervisor", note="courriel")
    mine.add("fiche", "arrivee", "Date d'arrivée", "appointments.first")
    mine.add("fiche", "depart", "Date de départ", "appointments.last")
    mine.add("fiche", "situation", "Situation", "appointments.*", kind="radio", choices="1, En attente | 2, Actif | 3, Terminé")
    mine.add("fiche", "bureau", "Bureau")
    mine.add("fiche", "no_cpp", "Numéro CPP", "protocols.number", section="Étude")
    mine.add("fiche", "acronyme", "Acronyme", "protocols.code")
    mine.add("fiche", "titre", "Titre complet", "protocols.title")
    mine.add("fiche", "resp_etude", "Investigateur principal (dossier)", "protocols.pi")
    mine.add("fiche", "debut_etude", "Avis favorable du CPP le", "approvals.first", valid="date_dmy")
    mine.add("fiche", "fin_etude", "Avis valable jusqu'au", "approvals.last", valid="date_dmy")
    mine.add("fiche", "sans_fin", "Avis sans date de fin ?", "approvals.open_ended", kind="yesno")
    mine.add(
        "fiche",
        "finance",
        "Source de financement",
        "approvals.funding",
        kind="dropdown",
        choices="1, Industrie | 2, Interne | 3, Aucun",
    )
    mine.add(
        "fiche",
        "nature",
        "Nature de l'étude",
        "approvals.study_type",
        kind="dropdown",
        choices="1, Interventionnelle | 2, Observationnelle | 3, Étude sur dossiers",
    )
    mine.add("fiche", "perso", "Données personnelles de santé ?", "approvals.phi", kind="yesno")
    mine.add("fiche", "promoteur", "Promoteur")
    mine.add("formation", "f_titre", "Intitulé de la formation", "completions.course completions.group")
    mine.add("formation", "f_date", "Date de la formation", "completions.completed")
    mine.add("formation", "f_fin", "Valable jusqu'au", "completions.expires")
    mine.add(
        "formation",
        "f_vu",
        "Attestation vérifiée ?",
        "completions.checked",
        kind="radio",
        choices="1, Oui | 2, Pas encore | 3, Refusée",
    )
    mine.add("formation", "f_vu_par", "Vérifiée par", "completions.checked_by", needed=False)
    mine.add("accueil", "secret_date", "Engagement de confidentialité signé le", "steps.*", valid="date_dmy")
    mine.add("accueil", "badge_date", "Badge remis le", "steps.*", valid="date_dmy")
    states = "0, Non | 1, Inscrit | 2, Retiré"
    for stem, study in (("allure", studies[0]), ("marche", studies[1])):
        mine.add(
            "etudes", f"cpp_{stem}", f"{study.code} ({study.number}) : déclaré au CPP", "listings.*", kind="radio", choices=states
        )
        mine.add("etudes", f"cpp_{stem}_le", f"{study.code} : déclaré le", "listings.approved")
    mine.add("delegation", "d_etude", "Étude (acronyme)", "delegations.protocol")
    mine.add(
        "delegation",
        "d_taches",
        "Tâches déléguées",
        "delegations.tasks",
        kind="checkbox",
        choices="c, Recueil du consentement | p, Actes et prélèvements | s, Saisie des données | e, Événements indésirables",
    )
    mine.add("delegation", "d_debut", "Début", "delegations.first")
    mine.add("delegation", "d_fin", "Fin", "delegations.last")
    mine.add("delegation", "d_signe", "Signature de l'investigateur (nom)", "delegations.approved_by")
    mine.add("delegation", "d_signe_le", "Signé le", "delegations.approved_on")

    months = ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]

    def fr(when: Day) -> str:
        if not isinstance(when, date):
            return ""
        named = f"{when.day} {months[when.month - 1]} {when.year}"
        return dice.choice([when.strftime("%d/%m/%Y"), when.strftime("%d/%m/%Y"), when.strftime("%d-%m-%Y"), named])

    mails = {one.record: f"{one.record}.equipe@rive.example.fr" for one in team}
    titles = {"hsp": ["Protection des personnes", "protection des personnes"], "gcp": ["Bonnes pratiques cliniques", "BPC"]}
    titles["privacy"] = ["RGPD et données de santé"]
    rows: list[Row] = []
    code = {"pi": "1", "co_investigator": "2", "coordinator": "3", "research_assistant": "4", "data": "5", "admin": "6"}
    forms = {f"{form}_complete": "2" for form in ("fiche", "accueil", "etudes")}
    for one in team:
        row = {
            "dossier": one.record,
            "type_fiche": "m",
            "prenom": one.first,
            "nom": one.last,
            "courriel": mails[one.record],
            **forms,
        }
        row |= {"poste": code[one.role or ""], "contrat": {"employee": "1", "student_paid": "2", "volunteer": "3"}[one.kind]}
        row |= {
            "responsable": mails.get(one.boss, ""),
            "arrivee": fr(one.begins),
            "depart": fr(one.ends),
            "bureau": f"B{one.record}",
        }
        row |= {"situation": {"not begun": "1", "here": "2", "left": "3"}[one.state]}
        row |= {"secret_date": _iso(one.secrecy), "badge_date": _iso(one.badge)}
        for stem, study in (("allure", studies[0]), ("marche", studies[1])):
            since = one.listed.get(study.number)
            row[f"cpp_{stem}"] = "1" if since else dice.choice(["0", "0", "2"])
            row[f"cpp_{stem}_le"] = fr(since[0]) if since else ""
        rows.append(row)
        for place, (name, passed, end, looked) in enumerate(one.courses, start=1):
            key = {"dossier": one.record, "redcap_repeat_instrument": "formation", "redcap_repeat_instance": str(place)}
            key |= {"f_titre": dice.choice(titles[name]), "f_date": fr(passed), "f_fin": fr(end), "formation_complete": "2"}
            rows.append(key | {"f_vu": "1" if looked else "2", "f_vu_par": "K. Kieffer" if looked else ""})
        for place, (number, (given, begins, ends, ok)) in enumerate(one.tasks.items(), start=1):
            key = {"dossier": one.record, "redcap_repeat_instrument": "delegation", "redcap_repeat_instance": str(place)}
            key |= {"d_etude": next(s.code for s in studies if s.number == number), "d_debut": fr(begins), "d_fin": fr(ends)}
            key |= {f"d_taches___{letter}": "1" if task in given else "0" for task, letter in codes.items()}
            signed = {"d_signe": "Aude Martel" if ok else "", "d_signe_le": fr(begins) if ok else ""}
            rows.append(key | signed | {"delegation_complete": "2"})
    for number in range(3):
        rows.append(
            {"dossier": f"X{number}", "type_fiche": "x", "prenom": "Alix", "nom": f"Voisin{number}", "poste": "4", **forms}
        )
    for study in studies:
        row = {"dossier": study.record, "type_fiche": "e", "no_cpp": study.number, "acronyme": study.code, "titre": study.title}
        row |= {"resp_etude": study.pi, "debut_etude": study.since.isoformat(), "fin_etude": _iso(study.until), **forms}
        rows.append(
            row
            | {
                "nature": "1" if study.kind == "interventional" else "2",
                "perso": "1",
                "promoteur": "CHU Rive",
                "finance": "2",
                "sans_fin": "" if study.until else "1",
            }
        )
    boxes = {"d_taches": list(codes.values())}
    columns = ["dossier", "redcap_repeat_instrument", "redcap_repeat_instance", *_with_status(mine, boxes)[1:]]
    layout = {
        "as_of": "2026-11-30", "zone": "Europe/Paris", "domains": ["rive.example.fr"],
        "projects": {"people": {"title": "Rive Santé", "repeating": ["formation", "delegation"], "events": [], "dags": []}},
    }  # fmt: skip
    write(
        "rive_sante",
        {
            "people.dictionary.csv": mine.text(), "people.csv": table(columns, rows), "truth_fields.json": lines(mine.means),
            "truth_status.json": lines(truth(team, studies)), "layout.json": json.dumps(layout, indent=1) + "\n",
            "requirements.toml": rules(titles, ["Sécurité incendie"]),
        },
    )  # fmt: skip


def _iso(when: Day) -> str:
    return when.isoformat() if isinstance(when, date) else ""


KNOWS = {
    "ridge_cardio": """\
# What the coordinator of Ridge Cardio knows
- A person is named by the network login, everywhere. "Archive this contact" means the person has left; when is not kept.
- Dates typed by hand are month/day/year. A yes under "First week" means done; the day is known where it is typed.
- The trainings project says until when a course is good, and nothing else; a login that is not on the roster is of another group.
- The study list counts from "Added to the protocol". Letters of tasks stand under the field. Initials of the PI are a signature.
- Study facts stand in protocols.csv and approvals.csv. Everybody works with participants or their data. Nobody shall be written to yet.
""",
    "see_klinik": """\
# What the coordinator of the See-Klinik knows
- Days are day.month.year. "Ausgeschieden" means the person has left, also without a day; "Noch nicht begonnen" has no work so far.
- "Vorgesetzte(r)" is a name, often with Dr. Each slot names a study that the ethics committee lists; without a day nobody knows since when.
- Tasks are for HERZ-1 alone. A yes means the task was given from "übertragen ab" on. A yes at a step means done; when is not kept.
- The course on data protection prints no end (24 months). Fire safety counts for nothing.
- Study facts stand in protocols.csv and approvals.csv. Everybody works with participants or their data. Nobody shall be written to yet.
""",
    "rive_sante": """\
# What the coordinator of Rive Santé knows
- Only "Membre de l'équipe" are people of the lab; "Étude" are the studies, whose record is their own. Days are day/month/year.
- "Terminé" means the person has left; "En attente" has not begun.
- "Inscrit" means that the committee lists the person; without a day nobody knows since when. "Retiré" is off the list.
- A training counts once "Attestation vérifiée" says Oui; "Pas encore" waits, "Refusée" does not count.
- The supervisor is an address. Everybody works with participants or their data. Nobody shall be written to yet.
""",
}


def main() -> None:
    """Write everything."""
    for make in (ridge, klinik, rive):
        make()
    for name, text in KNOWS.items():
        write(name, {"knows.md": text})


if __name__ == "__main__":
    main()
