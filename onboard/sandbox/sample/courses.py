"""Certificates as printed, with names as CITI and a university's system use them.

Texts and the usual printed expirations, not what each counts for.
"""

from onboard.sandbox.sample.row_writer import RowWriter, years_from

HUMAN_RESEARCH = "Human Research"
HSP_GROUP = "Biomedical Research Investigators"
GCP_GROUP = "GCP for Clinical Trials with Investigational Drugs and Medical Devices (U.S. FDA Focus)"
COI_GROUP = "Conflicts of Interest"
#: Look-alikes: neither counts for anything.
RCR_GROUP = "Biomedical Responsible Conduct of Research"
E6R3_GROUP = "ICH GCP E6(R3): An Introduction"
#: A name that is not in the course map.
UNKNOWN_GROUP = "Human Subjects Research Essentials"


def certificate(writer: RowWriter, record: str, curriculum: str, group: str, completed: str, **more: str) -> int:
    """A completion typed by the coordinator, printed to expire three years later; returns its instance."""
    printed = {
        "comp_curriculum": curriculum,
        "comp_group": group,
        "comp_stage": "1",
        "comp_completed": completed,
        "comp_expires": years_from(completed, 3),
        "comp_score": "92",
        "comp_passing": "80",
        "comp_record_id": f"5{record.zfill(3)}{writer.next_instance(record, 'completion'):04d}",
        "comp_source": "typed",
    }
    return writer.add(record, "completion", **{**printed, **more})


def hsp(writer: RowWriter, record: str, completed: str, **more: str) -> int:
    """Human subjects protection, basic course."""
    return certificate(writer, record, HUMAN_RESEARCH, HSP_GROUP, completed, **more)


def gcp(writer: RowWriter, record: str, completed: str, **more: str) -> int:
    """Good Clinical Practice, basic course."""
    return certificate(writer, record, "Good Clinical Practice", GCP_GROUP, completed, **more)


def hipaa(writer: RowWriter, record: str, completed: str, **more: str) -> int:
    """The university's own privacy course, which has no stages and prints a record number of its own."""
    return certificate(writer, record, "Northlake Learning", "HIPAA for Research", completed, **more)


def coi(writer: RowWriter, record: str, completed: str, **more: str) -> int:
    """The conflict of interest course, every four years."""
    printed = {"comp_expires": years_from(completed, 4)}
    return certificate(writer, record, "Conflicts of Interest", COI_GROUP, completed, **{**printed, **more})
