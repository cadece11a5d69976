"""The text of a mistake in a template that prevents a notice's words.

The caller decides what becomes of the run.
"""

from onboard.errors import OnboardError
from onboard.model import MessageKind


class TemplateMistake(OnboardError):
    """A template of one kind cannot be used. Only mails of that kind stop; the others go on."""

    def __init__(self, kind: MessageKind, file: str, line: int, what: str) -> None:
        super().__init__(
            f"{kind.value} mails stopped: template {file}, line {line}: {what}. Correct the template, or delete your copy "
            f"of it to use the shipped one; `onboard preview {kind.value}` shows the result"
        )
        self.kind = kind
        self.file = file
        self.line = line
        self.what = what
