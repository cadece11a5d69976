"""Which shape a file of rows has, by its headers.

Synonyms count; an unknown shape is refused, never half read. Header names vary between institutions and years, so each of our
columns has the spellings seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from onboard.intake.claims import LAYOUT_NAMES, Layout, Refused, Table

#: Our column -> its headers, in lower case, letters and digits only.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "member_id": ("memberid", "memberidnumber", "memberno", "citimemberid", "citiid", "learnerid", "learneridnumber",
                  "intmemberid"),
    "first_name": ("firstname", "first", "givenname", "strfirstii", "learnerfirstname", "memberfirstname"),
    "last_name": ("lastname", "last", "surname", "familyname", "strlastii", "learnerlastname", "memberlastname"),
    "full_name": ("name", "fullname", "learnername", "membername", "learner", "firstlastname"),
    "email": ("email", "emailaddress", "memberemail", "strmemberemail", "learneremail"),
    "preferred_email": ("preferredemail", "preferredemailaddress", "memberpreferredemail", "strpreferredemail",
                        "strmemberpreferredemail"),
    "other_email": ("institutionalemail", "institutionalemailaddress", "institutionemail", "institutionemailaddress",
                    "strinstemail", "instemail"),
    "second_email": ("secondaryemail", "secondaryemailaddress", "alternateemail", "alternateemailaddress", "otheremail",
                     "strsecondaryemail", "personalemail"),
    "citi_username": ("username", "strusernameii", "citiusername", "memberusername"),
    "username": ("institutionusername", "institutionalusername", "strinstusername", "instusername"),
    "employee_number": ("employeenumber", "emplid", "employeeid", "stremployeenum", "employeeno"),
    "curriculum": ("nameofcurriculum", "curriculum", "curriculumname", "curriculumgroup", "curriculumgradebook", "gradebook",
                   "strcompletionreport", "completionreport"),
    "group": ("group", "groupname", "nameofgroup", "strgroup", "courselearnergroup", "learnergroup"),
    "stage_number": ("stagenumber", "intstagenumber", "stageno"),
    "stage_name": ("stage", "stagedescription", "strstage", "stagename", "descriptionofstage"),
    "record_id": ("intmemberstageid", "recordid", "recordidnumber", "completionreportnumber", "completionreportno",
                  "crnumber", "completionnumber"),
    "earned": ("datecompletionreportearned", "completionreportearned", "dateearned", "datecompleted", "completiondate",
               "dtepassed", "datepassed", "earned"),
    "expires": ("datecompletionreportexpires", "completionreportexpires", "expirationdate", "dateexpires", "dteexpiration",
                "expires", "expirydate"),
    "score": ("learnerscore", "score", "intscore", "reportedscore"),
    "passing": ("passingscore", "intpassingscore", "minimumpassing", "minimumpassingscore"),
    "module": ("module", "modulename", "moduletitle"),
    "module_done": ("modulecompletiondate", "datemodulecompleted", "moduledatecompleted", "moduledate"),
}  # fmt: skip
#: Where an address may stand; which of the fields is filled differs by institution.
ADDRESSES = ("email", "preferred_email", "other_email", "second_email")
_CANONICAL = {spelling: column for column, spellings in _NAMES.items() for spelling in spellings}
#: What each layout cannot do without; "a|b": either.
_NEEDS: Mapping[Layout, tuple[str, ...]] = {
    Layout.SOAP: ("member_id", "curriculum", "group", "stage_number", "record_id", "earned", "expires"),
    Layout.MODULES: (
        "record_id", "member_id", "group", "stage_number|stage_name", "earned", "expires", "module", "module_done",
    ),
    Layout.DOWNLOAD: ("member_id", "curriculum", "group", "stage_number|stage_name", "record_id", "earned", "expires"),
    Layout.KUALI: ("group", "stage_number|stage_name", "username|citi_username", "earned", "expires"),
    Layout.MEMBERS: ("member_id", "last_name", "|".join(ADDRESSES), "username|citi_username"),
}  # fmt: skip
#: Headers that only this layout has.
_SOAP_ONLY = frozenset({"intmemberstageid", "dtepassed"})
#: The same in CITI's answer as XML, where an element without a value is left out.
_SOAP_ELEMENTS = _SOAP_ONLY | {"strcompletionreport", "strgroup", "intstagenumber", "strstage", "dteexpiration"}
_MEMBER_ELEMENTS = frozenset({"strlastii", "strfirstii", "strusernameii", "strmemberemail", "strinstemail", "dteaffiliated"})
#: What a list of members must not have: else it is a completion file that lacks something.
_OF_COMPLETIONS = frozenset({"group", "curriculum", "record_id", "earned", "expires", "module"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The layout, and the place of each of our columns."""

    layout: Layout
    places: Mapping[str, int]


def recognise(table: Table) -> Recognised | Refused:
    """The layout of a file of rows; refused, with the headers seen and the nearest layout, when it has none."""
    headers = [squeezed(header) for header in table.header]
    places: dict[str, int] = {}
    for number, header in enumerate(headers):
        column = _CANONICAL.get(header)
        if column in places:
            twice = f"{table.header[places[column]]!r} and {table.header[number]!r}"
            return Refused(
                file=table.file, words=f"{twice} say the same, so it is unclear which one counts. Take one of them out."
            )
        if column:
            places[column] = number
    if table.sparse and (found := _of_elements(headers)):
        return Recognised(layout=found, places=places)
    for layout in _candidates(headers, places):
        if not _missing(layout, places):
            return Recognised(layout=layout, places=places)
    return _unknown(table, headers, places)


def _of_elements(headers: Collection[str]) -> Layout | None:
    """The layout of CITI's answer as XML: one element tells it, whatever else was left out."""
    if _SOAP_ELEMENTS & set(headers):
        return Layout.SOAP
    return Layout.MEMBERS if _MEMBER_ELEMENTS & set(headers) else None


def squeezed(header: str) -> str:
    """A header's letters and digits, in lower case."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def _candidates(headers: Collection[str], places: Mapping[str, int]) -> tuple[Layout, ...]:
    """The layouts a file may have: rows of modules must never be taken for completions."""
    if _SOAP_ONLY & set(headers):
        return (Layout.SOAP,)
    if "module" in places or "module_done" in places:
        return (Layout.MODULES,)
    if not _OF_COMPLETIONS & places.keys():
        return (Layout.MEMBERS,)
    return (Layout.DOWNLOAD, Layout.KUALI)


def _missing(layout: Layout, places: Mapping[str, int]) -> list[str]:
    return [need for need in _NEEDS[layout] if not any(column in places for column in need.split("|"))]


def _unknown(table: Table, headers: list[str], places: Mapping[str, int]) -> Refused:
    nearest = min(_candidates(headers, places), key=lambda layout: len(_missing(layout, places)))
    lacks = ", ".join(_spoken(need) for need in _missing(nearest, places))
    seen = ", ".join(repr(header) for header in table.header)
    return Refused(
        file=table.file,
        words=(
            f"Its columns are no layout we know. Seen: {seen}. The nearest is “{LAYOUT_NAMES[nearest]}”, which also needs: "
            f"{lacks}. Export that report with all its columns, or name the columns so; nothing of this file was used."
        ),
    )


def _spoken(need: str) -> str:
    return " or ".join(column.replace("_", " ") for column in need.split("|"))
