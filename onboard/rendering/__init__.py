"""From notices to messages, through templates.

Subject, text, HTML, calendar file, and pages. It decides words and looks, never what is sent or to whom. A lab changes a word by
putting its own copy of a template into `templates/` of its home.
"""

from onboard.rendering.calendar_file import calendar_file
from onboard.rendering.mistakes import TemplateMistake
from onboard.rendering.pages import ShownMail, inbox_page, preview_page, shown_mail
from onboard.rendering.renderer import MOST_BYTES, Renderer
from onboard.rendering.status_page import status_page

__all__ = [
    "MOST_BYTES",
    "Renderer",
    "ShownMail",
    "TemplateMistake",
    "calendar_file",
    "inbox_page",
    "preview_page",
    "shown_mail",
    "status_page",
]
