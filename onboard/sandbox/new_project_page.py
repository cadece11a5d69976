"""The page that makes a project from a file, as "New Project" does with "Upload a REDCap project XML file".

It shows tokens once, as no page of REDCap does: here there is nobody else to give them.
"""

from html import escape

from onboard.sandbox.call import Params, Upload
from onboard.sandbox.creating import project_from_file
from onboard.sandbox.design import Repeat
from onboard.sandbox.page import html_page
from onboard.sandbox.refusals import ApiError
from onboard.sandbox.rights import EVERYTHING, Rights
from onboard.sandbox.state import State

OWNER, PROGRAM = "owner", "program"


def new_project(state: State, params: Params, upload: Upload | None) -> str:
    """Make the project, and show the tokens of its owner and of a user who may export and nothing else."""
    if upload is None:
        return _refused("Choose a project XML file.")
    try:
        text = upload.content.decode("utf-8-sig")
        project = project_from_file(text, state.project_clock)
    except (ApiError, UnicodeDecodeError) as error:
        return _refused(error.message if isinstance(error, ApiError) else "The file is not UTF-8 text.")
    project.title = params.text("title") or project.title
    state.projects.append(project)
    owner = project.add_token(rights=EVERYTHING, username=OWNER)
    program = project.add_token(rights=Rights(), username=PROGRAM)
    forms = "".join(
        f"<li>{escape(project.label(form))}: {_kind(project.surveys, project.design.repeats, form)}</li>"
        for form in project.dictionary.forms
    )
    return html_page(
        project.title,
        f"<p>The project was created: {len(project.dictionary.fields)} fields, {len(project.records)} records.</p>"
        f"<p>Token of a user with API Export alone, for a program: <code>{program}</code></p>"
        f"<p>Token of the owner, who holds every right: <code>{owner}</code></p><ul>{forms}</ul>"
        f'<p><a href="{escape(state.base)}">All projects</a></p>',
    )


def _kind(surveys: list[str], repeats: list[Repeat], form: str) -> str:
    said = ["survey"] if form in surveys else []
    said += ["repeats"] if any(one.form == form for one in repeats) else []
    return ", ".join(said) or "a form"


def _refused(why: str) -> str:
    return html_page("Nothing was created", f"<p>{escape(why)}</p>")
