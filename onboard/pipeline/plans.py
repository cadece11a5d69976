"""The plan of each job: the notices due today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from onboard.model import Assessment, History, JobName, Lab, Notice
from onboard.pipeline.record_links import record_link
from onboard.pipeline.tools import Plan
from onboard.planning.checklists import plan_checklists
from onboard.planning.digests import plan_digests
from onboard.planning.reminders import plan_introductions, plan_reminders, plan_true_already
from onboard.planning.worklist import plan_worklist


def _checklists(assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None) -> Sequence[Notice]:
    return plan_checklists(assessment, history, lab, today)


def _reminders(assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None) -> Sequence[Notice]:
    plan = plan_reminders if history.started else plan_true_already
    return plan(assessment, history, lab, today)


def _digests(assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None) -> Sequence[Notice]:
    return plan_digests(assessment, history, lab, today, previous, links=partial(record_link, assessment))


def _worklist(assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None) -> Sequence[Notice]:
    links = partial(record_link, assessment)
    return plan_worklist(assessment, history, lab, today, first_seen=history.problems_seen, previous=previous, links=links)


def _introductions(
    assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None
) -> Sequence[Notice]:
    return plan_introductions(assessment, history, lab, today)


#: The scheduled jobs, in the order they run on one morning.
PLANS: Mapping[JobName, Plan] = {
    JobName.CHECKLISTS: _checklists,
    JobName.REMINDERS: _reminders,
    JobName.DIGESTS: _digests,
    JobName.WORKLIST: _worklist,
}


def plan_of(job: JobName) -> Plan:
    """The plan of a job, of `onboard start` as well."""
    return _introductions if job is JobName.START else PLANS[job]
