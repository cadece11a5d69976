"""Pages for a browser: the start page, one form's values, a wrong path.

What a person sees. Read-only; it changes nothing and shows no token.
"""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

from onboard.sandbox.definitions import VERSION
from onboard.sandbox.design import Place
from onboard.sandbox.dictionary import Column, Role
from onboard.sandbox.projects import Project, Values
from onboard.sandbox.state import State

NOTICE = (
    "This is a stand-in for REDCap, made for demonstrations and tests. It is not REDCap and not a real server: "
    "nothing here is real data, and everything is gone when it stops."
)
STYLE = (
    ":root{color-scheme:light dark}*{box-sizing:border-box}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:1.5rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #8888;padding:.3rem;text-align:left;"
    "vertical-align:top}th{width:40%}.notice{background:#fff4d6;color:#1b1b1b;border:1px solid #b58900;padding:.6rem}"
    ".links{padding:0;list-style:none}.links a{display:inline-block;padding:.3rem 0}"
    "label{display:block;margin:.8rem 0 .2rem}input[type=text],textarea,select{width:100%;font:inherit;padding:.4rem}"
    "button{font:inherit;padding:.5rem 1.2rem}"
)


def html_page(title: str, body: str) -> str:
    """A whole page; every one says that this is a stand-in."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f'<p class="notice">{escape(NOTICE)}</p><h1>{escape(title)}</h1>{body}</body></html>'
    )


def start_page(state: State) -> str:
    """What this is, the address of the API, and the projects with their records."""
    sections = "".join(_project(project, state.base) for project in state.projects)
    body = (
        f"<p>API: <code>{escape(state.public_url)}api/</code>. It answers as REDCap {VERSION} is publicly known to. "
        "The command that started it printed the tokens, or wrote them into the home it was given.</p>"
    )
    return html_page("REDCap stand-in", body + sections + _new_project(state.base))


def _new_project(base: str) -> str:
    """Where a project file is uploaded."""
    return (
        f'<h2>New project from a file</h2><form method="post" action="{escape(base)}new/" enctype="multipart/form-data">'
        '<label for="title">Project title</label><input id="title" name="title" type="text">'
        '<label for="file">REDCap project XML file (CDISC ODM format)</label><input id="file" name="file" type="file">'
        "<p><button>Create Project</button></p></form>"
    )


def api_page() -> str:
    """What a browser gets where clients post. assumption: not evidenced - a real server's page."""
    return html_page("REDCap stand-in: API", "<p>This address answers POST requests only.</p>")


def not_found() -> str:
    """Apache's page for a wrong path."""
    return (
        '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n'
        "</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n"
    )


def data_entry(state: State, query: Mapping[str, str]) -> str:
    """The values of one form of a record (`pid`, `id`, `page`, `instance`, `event_id`); without `page` its forms."""
    project, record = state.project(query.get("pid", "")), query.get("id", "")
    if project is None or record not in project.records:
        return html_page("Not here", "<p>There is no such project or record.</p>" + _back(state.base))
    form = query.get("page", "")
    if form in project.dictionary.forms:
        return html_page(f"{project.label(form)}, record {record}", _back(state.base) + _form(project, record, form, query))
    return html_page(f"Record {record}", _back(state.base) + _record(project, record, state.base))


def _back(base: str) -> str:
    return f'<p><a href="{escape(base)}">All records</a></p>'


def _project(project: Project, base: str) -> str:
    links = "".join(
        f'<li><a href="{_address(base, project, record)}">{escape(f"{record} {_first_value(project, record)}".strip())}</a></li>'
        for record in project.ordered_records()
    )
    return f'<h2>{escape(project.title)}</h2><p>{len(project.records)} records</p><ul class="links">{links}</ul>'


def _first_value(project: Project, record: str) -> str:
    """Return the first field after the record id: enough to find a person by."""
    name = next((column.name for column in project.dictionary.columns() if column.name != project.dictionary.id_field), "")
    return next((values[name] for _, values in project.places(record) if values.get(name)), "")


def _address(base: str, project: Project, record: str, **more: str) -> str:
    page = "index.php" if "page" in more else "record_home.php"
    query = urlencode({"pid": project.project_id, "id": record, **more})
    return escape(f"{base}redcap_v{VERSION}/DataEntry/{page}?{query}")


def _record(project: Project, record: str, base: str) -> str:
    items = []
    for place, values in project.places(record):
        for form in project.dictionary.forms:
            if f"{form}_complete" in values and project.design.lives(form, place):
                more = {"page": form} | ({"instance": str(place.instance)} if place.repeats else {})
                if place.event:
                    more["event_id"] = str(project.event_id(project.design.event_names.index(place.event)))
                number = f" ({place.instance})" if place.repeats else ""
                event = f"{place.event}: " if place.event else ""
                link = _address(base, project, record, **more)
                items.append(f'<li>{escape(event)}<a href="{link}">{escape(project.label(form) + number)}</a></li>')
    return f'<ul class="links">{"".join(items)}</ul>'


def _form(project: Project, record: str, form: str, query: Mapping[str, str]) -> str:
    instance = query.get("instance", "1")
    place = project.design.place_for(form, _event(project, form, query), int(instance) if instance.isdigit() else 1)
    values = project.records[record].get(place, {})
    columns = [column for column in project.dictionary.columns() if column.form == form]
    return f"<p>{escape(_where(place))}</p><table>{''.join(_lines(project, record, columns, values))}</table>"


def _event(project: Project, form: str, query: Mapping[str, str]) -> str:
    """The event of `event_id`, else the first one the form is designated for."""
    design = project.design
    for number, name in enumerate(design.event_names):
        if query.get("event_id") == str(project.event_id(number)):
            return name
    return next((name for name in design.event_names if form in design.designated(name)), "")


def _where(place: Place) -> str:
    event = f"Event {place.event}. " if place.event else ""
    return event + (f"Instance {place.instance}." if place.repeats else "")


def _lines(project: Project, record: str, columns: Iterable[Column], values: Values) -> Iterable[str]:
    for column in columns:
        value = record if column.name == project.dictionary.id_field else values.get(column.name, "")
        label = column.field.label
        if column.role is Role.CHOICE:
            label = f"{label}: {column.label}"
            value = "checked" if value == "1" else "not checked"
        elif column.field.choices:
            value = column.field.choices.get(value, value)
        yield f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>"
