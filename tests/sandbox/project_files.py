"""Project files of our own making, as servers write them: a small classic project and a longitudinal one."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n'
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:redcap="https://projectredcap.org" '
    'xsi:schemaLocation="http://www.cdisc.org/ns/odm/v1.3 schema/odm/ODM1-3-1.xsd" ODMVersion="1.3.1" FileOID="000-00-0000" '
    'FileType="Snapshot" Description="{title}" AsOfDateTime="2026-01-01T00:00:00" CreationDateTime="2026-01-01T00:00:00" '
    'SourceSystem="REDCap" SourceSystemVersion="13.1.0">\n<Study OID="Project.X">\n'
)
TAIL = "</Study>\n</ODM>"


def settings(title: str, **more: str) -> str:
    """GlobalVariables with their simple elements; `groups` is put at their end."""
    groups = more.pop("groups", "")
    said = "".join(f"\t<redcap:{name}>{text}</redcap:{name}>\n" for name, text in more.items())
    return (
        f'<GlobalVariables>\n\t<StudyName>{title}</StudyName>\n\t<StudyDescription>A "file" of ours</StudyDescription>\n'
        f"\t<ProtocolName>{title}</ProtocolName>\n{said}{groups}</GlobalVariables>\n"
    )


def item(name: str, kind: str, label: str, more: str = "", inside: str = "", variable: str = "") -> str:
    """One ItemDef; `more` holds further attributes."""
    head = (
        f'OID="{name}" Name="{name}" DataType="text" Length="999" redcap:Variable="{variable or name}" redcap:FieldType="{kind}"'
    )
    return f"\t<ItemDef {head}{more}><Question>{label}</Question>{inside}</ItemDef>\n"


def plain(text: str) -> str:
    return f"<TranslatedText>{text}</TranslatedText>"


def listed(name: str) -> str:
    return f'<CodeListRef CodeListOID="{name}.choices"/>'


def choices(name: str, pairs: dict[str, str], boxes: str = "") -> str:
    """One CodeList."""
    more = f' redcap:CheckboxChoices="{boxes}"' if boxes else ""
    lines = "".join(
        f'<CodeListItem CodedValue="{code}"><Decode>{plain(text)}</Decode></CodeListItem>' for code, text in pairs.items()
    )
    return f'\t<CodeList OID="{name}.choices" Name="{name}" DataType="text" redcap:Variable="{name}"{more}>{lines}</CodeList>\n'


def form(name: str, label: str, *groups: tuple[str, str, tuple[str, ...]]) -> tuple[str, str]:
    """A FormDef and its ItemGroupDefs; a group is its first item, its name, and its items."""
    refs = "".join(f'<ItemGroupRef ItemGroupOID="{name}.{first}" Mandatory="No"/>' for first, _, _ in groups)
    one = f'\t<FormDef OID="Form.{name}" Name="{label}" Repeating="No" redcap:FormName="{name}">{refs}</FormDef>\n'
    many = ""
    for first, header, items in groups:
        inside = "".join(f'<ItemRef ItemOID="{each}" Mandatory="No" redcap:Variable="{each}"/>' for each in items)
        many += f'\t<ItemGroupDef OID="{name}.{first}" Name="{header}" Repeating="No">{inside}</ItemGroupDef>\n'
    return one, many


def status(name: str) -> str:
    more = ' redcap:SectionHeader="Form Status"'
    return item(f"{name}_complete", "select", plain("Complete?"), more, listed(f"{name}_complete"))


STATUSES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


def values(record: str, name: str, said: dict[str, str], repeat: int = 1) -> str:
    """One FormData."""
    inside = "".join(f'<ItemData ItemOID="{key}" Value="{text}"/>' for key, text in {"record_id": record, **said}.items())
    group = f'<ItemGroupData ItemGroupOID="{name}.x" ItemGroupRepeatKey="1">{inside}</ItemGroupData>'
    return f'<FormData FormOID="Form.{name}" FormRepeatKey="{repeat}">{group}</FormData>'


def subject(record: str, *inside: str) -> str:
    return f'<SubjectData SubjectKey="{record}" redcap:RecordIdField="record_id">{"".join(inside)}</SubjectData>\n'


SURVEY = (
    '\t<redcap:SurveysGroup>\n\t\t<redcap:Surveys form_name="visit" title="A visit" instructions="&lt;p&gt;One&lt;/p&gt;\n'
    '&lt;p&gt;Two&lt;/p&gt;" survey_enabled="1" repeat_survey_enabled="1" repeat_survey_btn_text="One more"/>\n'
    "\t</redcap:SurveysGroup>\n"
)
ROLE = (
    '\t<redcap:UserRolesGroup>\n\t\t<redcap:UserRoles role_name="Reader" unique_role_name="U-573AEYRNR8" lock_record="2" '
    'data_export_tool="3" data_logging="1" graphical="1" participants="1" design="0" data_entry="[basics,1][visit,2]" '
    'api_export="1" record_create="1"/>\n\t</redcap:UserRolesGroup>\n'
)
REPEATS = (
    "\t<redcap:RepeatingInstrumentsAndEvents>\n\t\t<redcap:RepeatingInstruments>\n"
    '\t\t\t<redcap:RepeatingInstrument redcap:UniqueEventName="event_1_arm_1" redcap:RepeatInstrument="visit" '
    'redcap:CustomLabel="[visit_on]"/>\n\t\t</redcap:RepeatingInstruments>\n\t</redcap:RepeatingInstrumentsAndEvents>\n'
)
GROUPS = (
    '\t<redcap:DataAccessGroupsGroup>\n\t\t<redcap:DataAccessGroups group_name="Site A-1"/>\n\t</redcap:DataAccessGroupsGroup>\n'
)
_BASICS = form(
    "basics",
    "The Basics",
    ("record_id", "The Basics", ("record_id", "redcap_data_access_group", "full_name")),
    ("height", "Body", ("height",)),
    ("bmi", "The Basics", ("bmi", "role", "tasks___1", "tasks___x2", "remark")),
    ("basics_complete", "Form Status", ("basics_complete",)),
)
_VISIT = form(
    "visit",
    "Visit",
    ("visit_on", "Visit", ("visit_timestamp", "visit_on", "paper", "kept")),
    ("visit_complete", "Form Status", ("visit_complete",)),
)
_BOXES = "1, One|X2, Two, and more"
ITEMS = "".join(
    [
        item("record_id", "text", plain("Record ID")),
        '\t<ItemDef OID="redcap_data_access_group" Name="g" DataType="text" Length="999" '
        'redcap:Variable="redcap_data_access_group"/>\n',
        item("full_name", "text", plain("Name"), ' redcap:Identifier="y" redcap:RequiredField="y"'),
        item(
            "height",
            "text",
            plain("Height"),
            ' redcap:TextValidationType="float" redcap:SectionHeader="Body" redcap:FieldNote="cm"',
            '<RangeCheck Comparator="GE" SoftHard="Soft"><CheckValue>50</CheckValue></RangeCheck>'
            '<RangeCheck Comparator="LE" SoftHard="Soft"><CheckValue>250</CheckValue></RangeCheck>',
        ),
        item("bmi", "calc", plain("BMI"), ' redcap:Calculation="round([height]*2,1)"'),
        item("role", "select", plain("Role"), ' redcap:BranchingLogic="[height] &gt; 1"', listed("role")),
        item("tasks___1", "checkbox", plain("Tasks"), "", listed("tasks___1"), "tasks"),
        item("tasks___x2", "checkbox", plain("Tasks"), "", listed("tasks___x2"), "tasks"),
        item(
            "remark",
            "textarea",
            plain("Say it") + "<redcap:FormattedTranslatedText>&lt;b&gt;Say&lt;/b&gt; it</redcap:FormattedTranslatedText>",
        ),
        status("basics"),
        '\t<ItemDef OID="visit_timestamp" Name="t" DataType="datetime" Length="999" redcap:Variable="visit_timestamp"/>\n',
        item("visit_on", "text", plain("On"), ' redcap:TextValidationType="date_mdy"'),
        item("paper", "file", plain("Paper")),
        item("kept", "yesno", plain("Kept?"), "", listed("kept")),
        status("visit"),
    ]
)
LISTS = "".join(
    [
        choices("role", {"1": "Coordinator, senior", "2": "Student"}),
        choices("tasks___1", {"1": "Checked", "0": "Unchecked"}, _BOXES),
        choices("tasks___x2", {"1": "Checked", "0": "Unchecked"}, _BOXES),
        choices("kept", {"1": "Yes", "0": "No"}),
        choices("basics_complete", STATUSES),
        choices("visit_complete", STATUSES),
    ]
)
META = '<MetaDataVersion OID="Metadata.X" Name="X" redcap:RecordIdField="record_id">\n'
_FILE = (
    '<FormData FormOID="Form.visit" FormRepeatKey="2"><ItemGroupData ItemGroupOID="visit.x" ItemGroupRepeatKey="1">'
    '<ItemData ItemOID="visit_on" Value="2026-02-03"/><ItemDataBase64Binary ItemOID="paper" redcap:DocName="gcp.pdf" '
    'redcap:MimeType="application/pdf"><![CDATA[JVBERg==]]></ItemDataBase64Binary></ItemGroupData></FormData>'
)
_ADA = {
    "redcap_data_access_group": "site_a1",
    "full_name": "Ada &amp; Co",
    "height": "171.5",
    "bmi": "343",
    "role": "1",
    "tasks___1": "1",
    "tasks___x2": "0",
    "tasks___na": "1",
    "remark": "first\nsecond",
    "basics_complete": "2",
}
#: A classic project: settings, codes, a survey that repeats, a group, a role, two records, a file.
CLASSIC = (
    HEAD.format(title="Small &amp; classic")
    + settings(
        "Small &amp; classic",
        RecordAutonumberingEnabled="1",
        CustomRecordLabel="[full_name]",
        SecondaryUniqueField="",
        SchedulingEnabled="0",
        SurveysEnabled="1",
        DisplayTodayNowButton="0",
        OrderRecordsByField="full_name",
        Purpose="1",
        PurposeOther="teaching",
        ProjectNotes="notes",
        MissingDataCodes="NA, Not asked | -9, Unknown",
        groups=REPEATS + GROUPS + SURVEY + ROLE,
    )
    + META
    + _BASICS[0] + _VISIT[0] + _BASICS[1] + _VISIT[1] + ITEMS + LISTS
    + "</MetaDataVersion>\n</Study>\n<ClinicalData StudyOID=\"Project.X\" MetaDataVersionOID=\"Metadata.X\">\n"
    + subject(
        "7",
        values("7", "basics", _ADA),
        values("7", "visit", {"visit_timestamp": "2026-02-01 10:00:00", "visit_on": "2026-02-01", "kept": "1"}),
        _FILE,
    )
    + subject("12", values("12", "basics", {"full_name": "Ben", "basics_complete": "0"}))
    + "</ClinicalData>\n</ODM>"
)  # fmt: skip


def _event(name: str, unique: str, arm: int, arm_name: str, forms: tuple[str, ...], day: int = 0) -> str:
    refs = "".join(f'<FormRef FormOID="Form.{one}" OrderNumber="1" Mandatory="No" redcap:FormName="{one}"/>' for one in forms)
    return (
        f'\t<StudyEventDef OID="Event.{unique}" Name="{name}" Type="Common" Repeating="No" redcap:EventName="{name}" '
        f'redcap:CustomEventLabel="" redcap:UniqueEventName="{unique}" redcap:ArmNum="{arm}" redcap:ArmName="{arm_name}" '
        f'redcap:DayOffset="{day}" redcap:OffsetMin="0" redcap:OffsetMax="1">{refs}</StudyEventDef>\n'
    )


def _data(unique: str, repeat: int, *inside: str) -> str:
    return (
        f'<StudyEventData StudyEventOID="Event.{unique}" StudyEventRepeatKey="{repeat}" redcap:UniqueEventName="{unique}">'
        f"{''.join(inside)}</StudyEventData>"
    )


_EVENT_REPEATS = REPEATS.replace("event_1_arm_1", "start_arm_1").replace(
    "<redcap:RepeatingInstruments>",
    '<redcap:RepeatingEvent redcap:UniqueEventName="later_on_arm_1"/>\n<redcap:RepeatingInstruments>',
)
#: A longitudinal project: two arms, a repeating event, a repeating form, scheduling on.
LONGITUDINAL = (
    HEAD.format(title="Small, with visits")
    + settings("Small, with visits", SchedulingEnabled="1", Purpose="0", groups=_EVENT_REPEATS)
    + META
    + _event("Start", "start_arm_1", 1, "Drug", ("basics", "visit"))
    + _event("Later on", "later_on_arm_1", 1, "Drug", ("visit",), 30)
    + _event("Start", "start_arm_2", 2, "No drug", ("basics",))
    + _BASICS[0] + _VISIT[0] + _BASICS[1] + _VISIT[1] + ITEMS + LISTS
    + "</MetaDataVersion>\n</Study>\n<ClinicalData StudyOID=\"Project.X\" MetaDataVersionOID=\"Metadata.X\">\n"
    + subject(
        "1",
        _data("start_arm_1", 1, values("1", "basics", {"full_name": "Ada"}), values("1", "visit", {"kept": "1"}, 2)),
        _data("later_on_arm_1", 3, values("1", "visit", {"kept": "0", "visit_complete": "1"})),
    )
    + subject("2", _data("start_arm_2", 1, values("2", "basics", {"full_name": "Ben"})))
    + "</ClinicalData>\n</ODM>"
)  # fmt: skip
