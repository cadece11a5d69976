"""The six protocols of the sample lab, one for each kind of work.

Rows of the Protocols project: the kinds of work that a first hire meets.
"""

from onboard.sandbox.sample.row_writer import RowWriter

STEP_HF, CHART_AF, REG_HF, CASE_TTS, QI_DISCH, SR_SGLT2 = "1", "2", "3", "4", "5", "6"


def write_protocols(writer: RowWriter) -> None:
    """Every protocol with its history; the trial's approval ends in 24 days and its renewal is with the IRB."""
    _trial(writer)
    _chart_review(writer)
    _registry(writer)
    _without_review(writer)


def _protocol(writer: RowWriter, record: str, number: str, code: str, title: str, **more: str) -> None:
    values = {"protocol_number": number, "short_code": code, "protocol_title": title, "protocol_pi": "1"}
    writer.single(record, "protocol", 2, **{**values, **more})


def _facts(study_type: str, funding: str, phi: str) -> dict[str, str]:
    return {"appr_study_type": study_type, "appr_funding": funding, "appr_phi": phi}


def _trial(writer: RowWriter) -> None:
    title = "STEP-HF: early step-down of diuretics after heart failure admission"
    _protocol(
        writer, STEP_HF, "IRB-24-0117", "STEP-HF", title,
        digest_also_to="maria.chen@northlake.example", personnel_mode="amendment",
    )  # fmt: skip
    facts = _facts("nih_trial", "nih", "yes")
    writer.add(
        STEP_HF, "approval", appr_kind="initial", appr_from=writer.day(-706), appr_to=writer.day(-342), appr_open="0", **facts
    )
    writer.add(STEP_HF, "approval", appr_kind="renewal", appr_from=writer.day(-341), appr_to=writer.day(24), appr_open="0")
    writer.add(STEP_HF, "submission", subm_what="Renewal", subm_on=writer.day(-13))


def _chart_review(writer: RowWriter) -> None:
    """Exempt: a determination without an expiration date."""
    title = "Anticoagulation after new atrial fibrillation: a retrospective chart review"
    _protocol(writer, CHART_AF, "IRB-23-0452", "CHART-AF", title)
    facts = _facts("chart_review", "internal", "yes")
    writer.add(CHART_AF, "approval", appr_kind="determination", appr_from=writer.day(-800), appr_to="", appr_open="1", **facts)


def _registry(writer: RowWriter) -> None:
    title = "Northlake heart failure registry: a prospective observational study"
    _protocol(writer, REG_HF, "IRB-25-0031", "REG-HF", title)
    facts = _facts("observational", "internal", "yes")
    writer.add(
        REG_HF, "approval", appr_kind="initial", appr_from=writer.day(-420), appr_to=writer.day(310), appr_open="0", **facts
    )


def _without_review(writer: RowWriter) -> None:
    """Not human subjects research: each keeps its determination, which carries the facts."""
    studies = (
        (CASE_TTS, "NHSR-25-014", "CASE-TTS", "Takotsubo syndrome after a wildfire: a case report", "case_report", "yes"),
        (QI_DISCH, "QI-25-07", "QI-DISCH", "Faster discharge letters: a quality improvement project", "quality", "yes"),
        (SR_SGLT2, "SR-25-02", "SR-SGLT2", "SGLT2 inhibitors in the very old: a systematic review", "systematic_review", "no"),
    )
    for record, number, code, title, kind, phi in studies:
        _protocol(writer, record, number, code, title, personnel_mode="pi_maintained")
        facts = _facts(kind, "none", phi)
        writer.add(record, "approval", appr_kind="determination", appr_from=writer.day(-260), appr_to="", appr_open="1", **facts)
    writer.add(QI_DISCH, "hold", hold_from=writer.day(-50), hold_to=writer.day(-40))
