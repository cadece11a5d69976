"""One mail of each kind, by the name of its snapshot."""

from __future__ import annotations

from tests.words import mails_about_people as about
from tests.words import mails_to_people as to

MAILS = {
    "welcome": to.WELCOME,
    "checklist": to.CHECKLIST,
    "reminder": to.REMINDER,
    "introduction": to.INTRODUCTION,
    "introduction_paused": to.PAUSED_INTRODUCTION,
    "reminder_checking": to.CHECKING,
    "reminder_declined": to.DECLINED,
    "escalation": about.ESCALATION,
    "digest": about.DIGEST,
    "digest_quiet": about.QUIET_DIGEST,
    "worklist": about.WORKLIST,
    "worklist_quiet": about.QUIET_WORKLIST,
    "operator": about.OPERATOR_NOTICE,
}
