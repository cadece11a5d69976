"""Labels of choices to our words, by the words of seven languages; what is not clear stays open.

A word fits by its beginning; `=` asks for the whole word, `+` for several together. The first line that fits decides, so what is
special stands before what is general.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from onboard.connecting.ideas import fits, ideas_in, phrases_of

_Lines = tuple[tuple[str, str], ...]
#: Table and field of ours -> our word and the words of labels, in the order in which they are tried.
LABELS: Mapping[tuple[str, str], _Lines] = {
    ("appointments", "role"): (
        ("co_investigator", "sub+pesquis co+pesquis sub+sperim sub+onderz mede+onderz nebenpruf sub+i sub+investig subi "
                            "subinvest subinvestig =coi coinvest co+investig stellv+pruf "
                            "stellv+leit sous+investig"),
        ("coordinator",
         "coordenad coordonnat onderzoekscoord study+nurse onderzoeksverpl coordinat coordinador koordin =crc "
         "nurse enfermer enfermeir infirm "
         "pflege =crn studienkoordin verpleeg infermier"),
        ("pi",
         "pesquisador+principal pesquisador+respons investigateur+principal projektleit chief+invest "
         "principal+invest investigador+principal =pi prufarzt studienleit hauptpruf hoofdonderzoek "
         "sperimentatore+princ"),
        ("fellow", "fellow postdoc resident"),
        ("research_assistant", "assist+pesquis auxiliar+pesquis auxiliar+invest onderzoeksassist assist+ricerca technician "
                               "technicien laborant research+assist =ra asistent+invest hilfskraft assist+rech assistent+onderz "
                               "assistant+recherche "
                               "assistente+ricerca research+aide wissenschaftlich+mitarb research+tech"),
        ("data", "analyst estadist gegevens bioinform data dato datos daten donnees gegevens dados statist captur biostat"),
        ("admin", "amministr administ regelgev admin regulat verwalt secret sekret"),
    ),
    ("appointments", "kind"): (
        ("student_paid", "bolsista+remun bolsista+pag werkstudent borsist hiwi etudiant+salari work+study student+paid "
                         "student+hourly student+worker student+betaald becario+pagad studentische+hilf etudiant+remun "
                         "student+bezahlt studente+pagat student+employ"),
        ("student_credit",
         "iniciacao+cient tirocin stage+oblig credit servicio+social practicum praktik stage+curric credito pregrad"),
        ("volunteer", "vrijwillig volontar volunt ehrenamt benevol"),
        ("visiting", "ospit convidad visitant besuch visit =gast gastwissen invit bezoek"),
        ("external", "extern contractor ausserhalb partenaire"),
        ("employee", "servidor+publ efetiv vaste+dienst loondienst titulair personnel permanent employe unbefrist staff "
                     "employ full+time part+time officer faculty personal+base angestell salari payroll =ft =pt "
                     "plantilla "
                     "beamt dipendent werknemer contratad funcionari festangest fulltime parttime"),
    ),
    ("approvals", "kind"): (
        ("determination", "exempt determin befreit exent"),
        ("suspension", "suspen aussetz"),
        ("closure", "clos cierre abschluss clotur chiusur afsluit encerr terminat"),
        ("renewal", "continu renew renov verlang prolong rinnov verleng"),
        ("amendment", "amend modific enmienda anderung emend wijzig modification"),
        ("initial", "initial inicial erst new+study primera premier inizial eerste"),
    ),
    ("approvals", "study_type"): (
        ("nih_behavioral", "nih+behav"),
        ("nih_trial", "nih+trial nih+clinical"),
        ("fda_industry", "industry+trial industry+drug industry+device fda sponsored+trial industria+ensayo"),
        ("quality", "=qi quality calidad qualitat qualite kwaliteit"),
        ("chart_review", "chart+review chart+revision dossier akten expedient retrospect "
                         "historias+clinicas cartelle dossieronderz"),
        ("observational", "observa cohort registr register beobacht kohort coorte"),
        ("interventional", "intervent trial ensayo essai medikament sperimentaz interventie ensaio"),
        ("case_report", "case+report"),
        ("exempt", "exempt"),
    ),
    ("approvals", "funding"): (
        ("nih", "=nih"),
        ("industry", "industr company pharma firma sponsor empresa entrepris"),
        ("internal", "intern depart institut universit hausmittel eigenmittel"),
        ("federal", "federal government ministeri bund"),
        ("none", "none aucun kein ningun =no unfunded nessun geen nenhum"),
    ),
    ("completions", "checked"): (
        ("waiting",
         "ainda+nao attesa nog+niet not+yet pas+encore pending wait noch+nicht todavia pendient attente ausstehend"),
        ("declined", "recusad respint return reject declin refus abgelehn rechaz rifiut afgewez rejeit =no =non =nein"),
        ("accepted",
         "aprovad goedgekeurd akkoord conferm verif accept =yes =oui =ja =si =sim valid akzept acept geprueft "
         "gepruft ok"),
    ),
}  # fmt: skip
#: Idea of a task's label -> our word.
TASKS: Mapping[str, str] = {
    "t_consent": "consent",
    "t_recruit": "recruit",
    "t_dispense": "dispense",
    "t_safety": "safety",
    "t_data_entry": "data_entry",
    "t_regulatory": "regulatory",
    "t_procedures": "procedures",
}
#: Idea of a step's label -> our step; the first that fits decides.
STEPS: Mapping[str, str] = {
    "confidentiality": "confidentiality",
    "badge": "badge",
    "ehr_access": "ehr_access",
    "data_access": "data_access",
    "account": "account",
    "contract_step": "contract",
    "workspace": "workspace",
    "intro_meeting": "intro_meeting",
    "lab_manual": "lab_manual",
}
#: Ideas of courses.
COURSES = ("hsp", "gcp", "privacy", "coi", "rcr", "safety_course")


@lru_cache(maxsize=4096)
def word_for(table: str, name: str, label: str) -> str:
    """Our word for a label; "" where none is clear."""
    return next((word for word, words in LABELS[table, name] if fits(phrases_of(words), label)), "")


@lru_cache(maxsize=4096)
def task_for(label: str) -> str:
    """Our task for a label; "" where none is clear."""
    found = ideas_in(label)
    return next((task for idea, task in TASKS.items() if idea in found), "")


@lru_cache(maxsize=4096)
def step_for(text: str) -> str:
    """Our step for a name and label; "" where none is clear."""
    found = ideas_in(text)
    return next((step for idea, step in STEPS.items() if idea in found), "")
