"""Links to people's own completion surveys: how they are requested.

Also when asking ends; pipeline/handing_in.py decides who needs one.

REDCap stores a row of its own for every link it gives, so this is never requested in a dry run and never for a person who gets
no mail. A link is as good as a password for one row of one record: it is in no error and no log.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from onboard.adapters.redcap.answers import Refused
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.errors import ReadInDoubt
from onboard.ports import HandIn, Pages

#: As REDCap's own clients show it: https://redcap.example.edu/surveys/?s=k4z7SZWpuKBi4mQt
_LINK = re.compile(r"https?://[^\s/?#@\"'<>]+/[^\s?#\"'<>]*surveys/[^\s?#\"'<>]*\?s=[A-Za-z0-9]+")
_NO_RECORD = re.compile(r'The record ".*" does not exist')
#: So many records refused, each for itself, mean that something is wrong with all of them.
_MOST_REFUSED = 3
#: A record id not in use: REDCap's complaint about it shows that all else is right, and no link is made.
NOBODY = "-1"
_INSTEAD = "Until then mails ask to reply with the PDF."


class RedcapSurvey:
    """A HandInPages: the survey `instrument` of one project, at `event` in a longitudinal one."""

    def __init__(
        self, project: RedcapProject, instrument: str, event: str = "", pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._project, self._instrument, self._event, self._pause = project, instrument, event, pause

    def addresses(self, wanted: Sequence[HandIn]) -> Pages:
        """One call a person, one after the other. A record that is refused alone hides no other; a right that is missing, or a
        server in trouble, ends it."""
        found: dict[str, str] = {}
        refused: list[str] = []
        with GuardedProject(self._project, self._pause) as door:
            for one in wanted:
                try:
                    found[one.person] = survey_link(door, self._instrument, self._event, one.person, one.instance)
                except Refused as error:
                    refused.append(why_no_link(error, self._instrument))
                    if error.status != 400 or len(refused) >= _MOST_REFUSED:
                        break
                except ReadInDoubt as error:
                    refused.append(f"No link to the survey {self._instrument!r} was had. {error} {_INSTEAD}")
                    break
        return Pages(addresses=found, trouble=refused[0] if refused else "")


def survey_link(door: GuardedProject, instrument: str, event: str, record: str, instance: int) -> str:
    """Return the address of one row's survey.

    Raises Refused or ReadInDoubt; never returns what is not a survey's address.
    """
    link = str(door.export_survey_link(record, instrument, event=event or None, repeat_instance=instance)).strip()
    if not _LINK.fullmatch(link):
        raise ReadInDoubt("REDCap answered with something that is not a survey's address. Ask its administrator.")
    return link


def why_no_link(error: Refused, instrument: str) -> str:
    """REDCap's refusal, and what to click."""
    said = f"REDCap gives no link to the survey {instrument!r} ({error.words or error.status})."
    if _is_about_a_record(error):
        return f"{said} The record was deleted after it was read. Nothing else is wrong; that mail asks to reply with the PDF."
    if error.status == 403:
        step = "Under User Rights, give the token's user Survey Distribution Tools besides API Export."
    else:
        step = (
            "Project Setup > Use surveys in this project? > Enable; then Designer > Enable in the survey column of "
            f"{instrument}, and save."
        )
    return f"{said} {step} Or take [hand_in] out of redcap.toml. {_INSTEAD}"


def _is_about_a_record(error: Refused) -> bool:
    return error.status == 400 and bool(_NO_RECORD.fullmatch(error.words))


def names_nobody(error: Refused) -> bool:
    """Whether the refusal is only about the record id `NOBODY`."""
    return _is_about_a_record(error) and f'"{NOBODY}"' in error.words
