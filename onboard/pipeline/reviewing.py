"""Whether evidence that counted would stop counting for want of a review.

It decides when a run mails no people, and names the ways on; onboard/tables/handed_in.py decides what a row counts as.

Two events would turn accepted rows into waiting ones overnight: a version of the program that no longer believes the survey
form, and a survey whose stamps no longer come. Neither is news about a person's training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from enum import Enum
from zoneinfo import ZoneInfo

from onboard.errors import Unreviewed
from onboard.folding import counted
from onboard.model import Checked, Export
from onboard.model.mapping import Mapping, has_form
from onboard.shipped import shipped
from onboard.tables import SurveyRow, read_tables, stamped_forms, survey_rows, without_stamps


class ReviewState(Enum):
    """How much a remark matters."""

    NOTE = "note"  # works, but the lab should know
    LOOK = "look"  # does not work before a person acts


#: So many rows are named.
_NAMED = 5


def refuse_unreviewed(export: Export, before: Export | None, mapping: Mapping, zone: ZoneInfo) -> None:
    """Raise Unreviewed where rows that counted by their own form have no review.

    Counted: at the last good read or still. `before`: the last good read. Raises ReadInDoubt as reading does.
    """
    if not reviews_decide(export, mapping):
        return
    if form := without_stamps(export, mapping):
        raise Unreviewed(_no_stamps(form))
    upgraded = before is not None and not reviews_decide(before, mapping)
    if not upgraded and has_review_form(export, mapping):
        return
    rows = said_on_the_form(survey_rows(export, mapping, zone))
    if upgraded and before is not None and has_review_form(export, mapping):
        counted_then = _counted(before, mapping, zone)
        rows = [row for row in rows if counted_then.get(row.at.evidence) is row.said]
    if rows:
        raise Unreviewed(_refusal(rows))


def reviews_decide(export: Export, mapping: Mapping) -> bool:
    """Whether a read was made since reviews decide: then it holds their form, if only an empty one."""
    return not mapping.review_keys.isdisjoint(export.instruments)


def has_review_form(export: Export, mapping: Mapping) -> bool:
    """Whether the project of the evidence has the form of reviews."""
    return any(has_form(export.instruments.get(key, "")) for key in mapping.review_keys)


def review_form(export: Export, mapping: Mapping) -> str:
    """The form on which is decided about what came in by survey; "" where its own form decides."""
    if not reviews_decide(export, mapping):
        return ""
    return next((source.instrument for source in mapping.of("reviews")), "review")


def said_on_the_form(rows: Sequence[SurveyRow]) -> list[SurveyRow]:
    """Return rows that their form accepts or declines and no review decided."""
    return [row for row in rows if row.said is not Checked.WAITING and not row.reviewed]


def _counted(before: Export, mapping: Mapping, zone: ZoneInfo) -> Dict[str, Checked]:
    """Evidence -> what it counted as at a read."""
    table = read_tables(before, mapping, zone)[0].completions
    return dict(zip(table["evidence"].tolist(), table["checked"].tolist(), strict=True))


def _refusal(rows: Sequence[SurveyRow]) -> str:
    named = ", ".join(row.at.evidence for row in rows[:_NAMED]) + (" ..." if len(rows) > _NAMED else "")
    verb = "was" if len(rows) == 1 else "were"
    return (
        f"{counted(len(rows), 'row')} of evidence came in by survey and {verb} decided about on the survey form itself, where a "
        f"respondent can write every field ({named}). Without a review none of it counts, and no mail goes to people. Two ways "
        "on. Add the form review to the project and to redcap.toml (redcap_project/README.md), then: onboard review --adopt DAY "
        '--out FILE, and bring the file in. Or write reviews = "on_the_survey_form" at the top of redcap.toml, which lets people '
        "accept their own evidence."
    )


def _no_stamps(form: str) -> str:
    return (
        f"redcap.toml says that people hand evidence in on the form {form}, and REDCap sent it without a survey's stamps. So it "
        "is unknown what came in by the link: none of it counts, and no mail goes to people. Designer > Enable in the survey "
        f"column of {form}; or take [hand_in] out of redcap.toml."
    )


def review_remarks(export: Export, mapping: Mapping, zone: ZoneInfo) -> Iterator[tuple[ReviewState, str]]:
    """Return what `onboard check` prints about decisions on evidence by survey.

    Nothing where all is well. Raises ReadInDoubt.
    """
    forms = stamped_forms(export, mapping, "completions")
    if mapping.reviews_on_form:
        yield ReviewState.NOTE, _SELF_ACCEPTED
        return
    if form := without_stamps(export, mapping):
        yield ReviewState.LOOK, _no_stamps(form)
    if forms and not has_review_form(export, mapping):
        yield ReviewState.LOOK, _no_form(forms[0])
    for form in stamped_forms(export, mapping, "reviews"):
        yield (
            ReviewState.LOOK,
            f"Form {form} is a survey, so its respondent could decide. Designer > Disable its survey.",
        )
    source = mapping.hand_in_source
    for form in forms:
        if source is None or form != source.instrument:
            yield ReviewState.NOTE, f"Form {form} is a survey: what comes in there waits for a review, whatever the form says."
    rows = said_on_the_form(survey_rows(export, mapping, zone)) if forms else []
    if rows:
        yield ReviewState.LOOK, _refusal(rows)


_SELF_ACCEPTED = (
    'reviews = "on_the_survey_form": whoever has the link to their own survey can accept their own evidence, by adding a field '
    "to its address. To end that, add the form review (redcap_project/README.md), and take the line out of redcap.toml."
)


def _no_form(form: str) -> str:
    return (
        f"Form {form} is a survey, and no form of reviews is read: nothing that comes in can be accepted. Add the form review by "
        "the click list (redcap_project/README.md), and where redcap.toml has no [tables.reviews], paste the shipped one, which "
        f"is in {shipped('config') / 'redcap.toml'}."
    )
