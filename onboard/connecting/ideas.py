"""Words of seven languages to the ideas they stand for: a table, and how a text is read by it.

The table knows languages, no lab: English, German, Spanish, French, Italian, Dutch and Portuguese. A word fits by its beginning;
`=` asks for the whole word, `+` for several words together.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from onboard.model.written_days import plain_letters

#: Idea -> its words. The order within an idea does not matter.
IDEAS: Mapping[str, str] = {
    # people
    "first_name": (
        "first+name =fname firstname given+name forename vorname prenom =nombre =nombres voornaam =nome+proprio "
        "primeiro+nome"
    ),
    "last_name": (
        "last+name =lname lastname surname family+name nachname familienname apellid nom+famille =nom cognome "
        "achternaam sobrenome"
    ),
    "full_name": (
        "full+name fullname display+name legal+name nombre+completo vollstandiger+name nom+complet nome+completo "
        "nome+cognome"
    ),
    "name": "=name =names =nombre =nom =nome =naam",
    "preferred": "preferred prefer =pref goes+by known+as nick rufname call+me called prefere preferid roepnaam apodo surnom",
    "email": "email emails =mail mail =correo correo courriel =mel e-mail emailadresse mailaddr",
    "address": "address adresse direccion direccion indirizzo endereco adres",
    "work": (
        "work office campus institut university universit dienst profess empresa laboral lavoro werk trabalho arbeit "
        "official"
    ),
    "private": "personal private privat home prive particular prive casa pessoal personale",
    "login": (
        "netid login username uname =uni network+id network+login user+id userid kennung benutzer usuario identifiant "
        "account+name nutzer gebruiker utente"
    ),
    "phone": "phone cell mobile tel telef pager fax handy movil portable",
    "birth": "birth geburt nacimiento naissance nascita geboorte nascimento dob",
    # appointments
    "role": "role position job function funktion fonction puesto cargo poste ruolo functie funcao capacity rol stelle title",
    "hr": "hr+title hr+job payroll",
    "kind": (
        "appointment class classification employment employ contract contrato contrat beschaftigung verhaltnis "
        "anstellung vertrag type+contract dipendente dienstverband vinculo emp+type status+employ"
    ),
    "supervisor": (
        "gestor chefia leitung+person tutor+labor superviseur supervis reports+to mentor boss manager jefe vorgesetz "
        "responsable+hierarch superieur =chef capo "
        "leidinggevende orientador line+manager encadrant superior responsabile"
    ),
    "start": (
        "sinds in+dienst =dal =desde admiss admission assunz begindatum startdatum embauch eingestellt "
        "dienstantritt contratac start begin began "
        "join hire hired entry ingreso inicio eintritt beginn arrivee debut =from =since first+day "
        "alta inizio ingresso indienst =ab entrada seit =von depuis inscrit onboard"
    ),
    "end": (
        "uit+dienst =al =tot einddatum cessaz deslig dienstende entlassung =ate finished end+date uitgang =end "
        "ends ended terminat =term "
        "separat last+day leave left until stop =to baja =fin ende austritt depart fine "
        "uscita uitdienst einde saida =bis hasta jusqu termine leaving final exit"
    ),
    "state": (
        "werkzaam tatig+noch still+here still+employed still+with en+poste sigue situac situaz actief "
        "stand+mitarb status current active activ estatus estado stand situation stato statut "
        "archive archiv inactive aktiv employed"
    ),
    "mail_ok": (
        "ok+mail ok+email ok+send may+mail may+email may+emailed allow+mail send+automated contact+mail consent+contact"
    ),
    # courses
    "course": (
        "opleiding bildung kurstitel course training trainings certificat curso kurs schulung formation capacitacion "
        "corso cursus scholing "
        "treinamento formazione fortbildung unterweisung taller learner"
    ),
    "title": "title intitule titre titel titulo titolo name+course name+training",
    "done": (
        "complet =done pass passed taken took attended absolviert bestanden realizad fecha effectue superato behaald "
        "concluid =date =on =am =le =dt datum fecha data"
    ),
    "expiry": (
        "vervald verfall fin+validite expir =exp good+through good+until valid valable gultig vence vencim vigencia "
        "ablauf scade scadenza geldig "
        "verloopt validade until jusqu =bis hasta =due renew"
    ),
    "score": "score percent pct grade punkt nota puntaje voto",
    "file": "upload report certificate+file pdf attach adjunt constancia nachweis attestation+file",
    "verified": (
        "confermat gecontroleerd bestatigt conferid confirmed+by overprufung verif checked looked+at valide validee "
        "reviewed accepted gepruft revisad validad controll"
    ),
    "who": "=by verified+by checked+by =par =por =von who initials =da =door",
    "hsp": (
        "seres+humanos etica+pesquisa soggetti+umani proefpersonen mensgebonden menschen+forschung sujetos+humanos "
        "sujets+humains human+subject human+research human+participants =hsp participants+protect protec+particip "
        "participant+protection schutz+teilnehm proteccion+participant protection+personne protezione+partecip "
        "bescherming+proefperson ethics+training etica ethik protection+participants biomedical+research"
    ),
    "gcp": (
        "buona+pratica goede+klinische gute+klinische =gcp good+clinical =bpc =bpc =gkp buenas+practicas "
        "bonnes+pratiques buona+pratica boas+praticas "
        "klinische+praxis =ich"
    ),
    "privacy": (
        "hipaa privacy gdpr rgpd dsgvo datenschutz datos+personales proteccion+datos donnees+sante donnees+personnelles "
        "avg+training lgpd protecao+dados dati+personali"
    ),
    "coi": "=coi =fcoi conflict+interest conflicto+interes interessenkonflikt conflit+interet conflitto+interess",
    "rcr": "=rcr responsible+conduct research+integrity integridad+cientifica integrite+scientifique gute+wissenschaftlich",
    "safety_course": (
        "=iata shipping radiation biosafety biosecur phlebotom fire brand incendi strahlen bloodborne lab+safety laser "
        "=cpr"
    ),
    # steps
    "confidentiality": (
        "vertrouwelijk discretion+agreement confidential vertraulich schweige verschwiegen confidencialidad "
        "confidentialit riservatez geheimhoud sigilo "
        "nda non-disclosure nondisclosure"
    ),
    "badge": (
        "tesserino cartellino toegangspas dienstausweis carte+acces badge ausweis gafete carne+ident credencial "
        "=id+card tessera pasje cracha"
    ),
    "ehr_access": (
        "epic meditech cerner ehr emr electronic+health health+record patientenakte historia+clinica+electr "
        "dossier+patient cartella patientendossier prontuario sap+klinik medical+record+access"
    ),
    "data_access": (
        "shared+drive =drive data+access redcap+access datenzugang laufwerk unidad+compartida acces+donnees "
        "acceso+datos acces+donnees folder+access"
    ),
    "account": "account+created university+account it+account benutzerkonto cuenta+creada compte+cree account+aktiv",
    "contract_step": "contract+signed agreement+signed vertrag+unterschrieben contrato+firmado contrat+signe offer+letter",
    "workspace": "workspace desk keys key+ arbeitsplatz schlussel escritorio llaves bureau+remis poste+travail",
    "intro_meeting": (
        "introduction+meeting orientation+meeting welcome+meeting einfuhrung reunion+bienvenida reunion+accueil "
        "kick-off"
    ),
    "lab_manual": "lab+manual handbook laborhandbuch manual+laborator manuel+labor",
    # protocols and lists
    "irb": (
        "metc toetsingscommissie =kek =ceic =ek ethics =irb ethic ethik comite comision cpp =cep =cei etique komission "
        "kommission =rec reb comitato commissie =iec"
    ),
    "study": (
        "study studies protocol trial studie studien estudio estudios etude etudes studio protocolo protocole projekt "
        "essai ensaio estudo onderzoek"
    ),
    "added": (
        "inserit aangemeld approvat goedgekeurd registrad added add approv acknowledg listed alta declare inscrit "
        "gemeldet anmeld aprobad approuv aggiunt toegevoegd "
        "incluid joined+protocol =ok anadid"
    ),
    "submitted": "submit submission sent+irb eingereicht enviad soumis presentad inviat ingediend application+submitted",
    "removed": (
        "afgemeld uscit+lista geloscht gestrichen exclu off+protocol off+study ausgetragen remov taken+off =off baja "
        "abgemeld retire retirad rimoss verwijderd removid dropped withdrawn"
    ),
    "number": "number =no =nr numero num nummer =id irb+no =#",
    "acronym": "acronym short+name short+code akronym kurzname acronim sigla acronyme short+title nickname+study code",
    "long_title": (
        "full+title long+title official+title titulo+completo titre+complet voller+titel titolo+completo title+study "
        "study+title"
    ),
    "pi": (
        "=pi principal+investig investigador+principal investigateur+principal hauptprufer studienleit prufarzt+leit "
        "sperimentatore+principale hoofdonderzoeker investigador+responsavel leiter+der+studie investigateur"
    ),
    "sponsor": "sponsor promot patrocin auftraggeber financiador",
    "study_type": "type+study design study+type nature+etude art+studie tipo+estudio kind+study studientyp tipo+studio",
    "funding": "funding money financ financement finanzierung fonds fuente+financ bekostiging finanziamento",
    "phi": (
        "=phi identifiable private+health health+information donnees+sante datos+salud personenbezogen "
        "donnees+personnelles datos+identific"
    ),
    "approval_kind": (
        "action type+action kind+approval type+review art+genehmigung tipo+aprobacion type+avis approval+type "
        "irb+action"
    ),
    "approval": (
        "approval avis+favorable approved+on genehmig votum aprobacion aprobaci effective activat+ activated valid+from "
        "initial+approval"
    ),
    "no_end": "no+expir no+end sans+date+fin sin+fecha+fin kein+ablauf unbefristet noexp does+not+expire sans+fin",
    # delegation
    "delegation": "delegat deleg =doa =dol delegad delegacion delegue ubertrag aufgaben+ubertrag authority",
    "tasks": "task tasks duties tareas tache taches aufgabe aufgaben funciones mansioni compiti taken+deleg tarefas letters",
    "signature": (
        "sign signature signed unterschrift unterschrieben firma signe firmad initial initialed handtekening assinatura"
    ),
    "engaged": "engaged human+subjects+research participants+contact",
    # task labels
    "t_consent": "consent consentim einwilligung aufklarung consentement consenso toestemming consentimiento",
    "t_recruit": "recruit screen eligib rekrut reclut eignung recrut werving triagem selezione+pazienti",
    "t_procedures": (
        "preliev bloedafn visite besuche visita+studio procedure vital exam blood draw sample visit muestra "
        "signos blutent untersuchung prelev acte actes prelievo "
        "bloedafname coleta infusion phlebo ecg"
    ),
    "t_dispense": "dispens drug medication farmac ausgabe medikament arznei accountab pharmacy dispensacion",
    "t_data_entry": (
        "data+entry crf captura saisie dateneingabe datenerf eingabe inserimento+dati gegevens digitacao ecrf "
        "data+captur"
    ),
    "t_regulatory": "regulat essential+document behorde documentacion+regul zulassung reglement isf regulatory+doc binder",
    "t_safety": "=ae =sae adverse safety unerwunscht adversos indesirable eventi+avversi bijwerking",
    # people or studies, states
    "s_person": (
        "person people staff member membre equipe team mitarbeit personal personel employee empleado miembro "
        "collaborator+internal membro medewerk trainee"
    ),
    "s_outside": "external extern partner partenaire exterieur outside collaborat gast visitor+only vendor",
    "s_here": (
        "attivo actief ativo vigente laufend =yes =si =ja =oui =sim active activ aktiv current actif employed here "
        "working"
    ),
    "s_left": (
        "uscito vertrok sorti egresad abgang resigned left terminat separat baja ausgeschieden termine inactive inactiv "
        "former ehemalig gone =no+left parti resigned "
        "departed uitdienst cessato desligado archived"
    ),
    "s_not_begun": (
        "not+yet+started starts+later ancora+non nog+niet a+venir por+iniciar zukunft not+started not+begun "
        "pending+start noch+nicht+begonnen future en+attente pendient+ingres upcoming hired+not "
        "awaiting+start aun+no starts+soon"
    ),
    "s_away": "leave+absence licencia beurlaubt conge elternzeit aspettativa verlof licenca sabbatical on+leave",
    "s_listed": "listed inscrit gemeldet approved aprobad enrolled active+on =yes =oui =si =ja added declare",
    "s_yes": "=yes =si =ja =oui =sim =y =true =done accepted accept verified valide",
    "s_no": "=no =nein =non =nee =nao =n =false none never",
    "s_waiting": "not+yet pas+encore pending waiting noch+nicht todavia pendient in+progress en+curso ausstehend",
    "s_declined": "reject declin refus abgelehnt rechazad rifiutat afgewezen rejeitad",
}  # fmt: skip


Phrases = tuple[tuple[tuple[str, bool], ...], ...]


@lru_cache(maxsize=1024)
def phrases_of(words: str) -> Phrases:
    """A line of the table, taken apart: each phrase with its words, and whether a word must be whole."""
    found = []
    for phrase in words.split():
        parts = []
        for part in phrase.split("+"):
            whole = part.startswith("=")
            parts += [
                (word, whole or len(word) <= 3) for word in re.split(r"[^a-z0-9#]+", plain_letters(part.lstrip("="))) if word
            ]
        if parts:
            found.append(tuple(parts))
    return tuple(found)


_TABLE = {idea: phrases_of(words) for idea, words in IDEAS.items()}
_BEGINNINGS = sorted({word for phrases in _TABLE.values() for phrase in phrases for word, _ in phrase if len(word) >= 5})
_TAGS = re.compile(r"<[^>]*>")


@lru_cache(maxsize=16384)
def words_in(text: str) -> tuple[str, ...]:
    """The words of a text in their order: without HTML, case and accents; digits are words of their own."""
    plain = plain_letters(_TAGS.sub(" ", text)).replace("e-mail", "email")
    return tuple(re.findall(r"[a-z]+|[0-9]+|#", plain))


@lru_cache(maxsize=16384)
def ideas_in(text: str) -> frozenset[str]:
    """The ideas that a text names."""
    words = words_in(text)
    found = {idea for idea, phrases in _TABLE.items() if any(_fits(phrase, words) for phrase in phrases)}
    repaired = tuple(_repaired(word) for word in words)
    if repaired != words:
        found |= {idea for idea, phrases in _TABLE.items() if any(_fits(phrase, repaired) for phrase in phrases)}
    return frozenset(found)


def fits(phrases: Phrases, text: str) -> bool:
    """Whether a text says one of the phrases."""
    words = words_in(text)
    return any(_fits(phrase, words) for phrase in phrases)


def _fits(phrase: Iterable[tuple[str, bool]], words: tuple[str, ...]) -> bool:
    return all(any(word == part if whole else word.startswith(part) for word in words) for part, whole in phrase)


@lru_cache(maxsize=4096)
def _repaired(word: str) -> str:
    """A long word with a typing error as the beginning it means; any other word as it is."""
    if len(word) < 7 or any(word.startswith(beginning) for beginning in _BEGINNINGS):
        return word
    near = difflib.get_close_matches(word, [one for one in _BEGINNINGS if abs(len(one) - len(word)) <= 2], n=1, cutoff=0.9)
    return near[0] if near else word
