"""What a token may do, and who holds it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class FormExport(IntEnum):
    """Export right on one form, with REDCap's numbers."""

    NONE = 0  # the form's columns vanish
    FULL = 1  # everything
    DEIDENTIFIED = 2  # no identifiers, no free text, no dates
    NO_IDENTIFIERS = 3  # fields tagged as identifiers vanish


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Rights of one user in one project. Forms not named may be exported in full."""

    export: bool = True
    import_: bool = False
    delete: bool = False
    design: bool = False
    logging: bool = False
    survey: bool = False
    user_rights: bool = False
    data_access_groups: bool = False
    repository: bool = False
    forms: Mapping[str, int] = field(default_factory=dict)
    entry: Mapping[str, int] = field(default_factory=dict)  # rights to see and edit a form; kept and shown, never asked for
    others: Mapping[str, int] = field(default_factory=dict)  # rights that have no effect here, by REDCap's names
    dag: str | None = None

    def form(self, name: str) -> FormExport:
        """Export right on that form."""
        return FormExport(self.forms.get(name, FormExport.FULL))


#: Of whoever made a project.
EVERYTHING = Rights(
    import_=True, delete=True, design=True, logging=True, survey=True, user_rights=True, data_access_groups=True, repository=True
)


@dataclass(slots=True, kw_only=True)
class Access:
    """A user of a project, with a token or (blank) without one. The token is in no repr."""

    username: str
    token: str = field(repr=False)
    rights: Rights
    expiration: str = ""
    role: str = ""  # unique name, "" for none


@dataclass(slots=True, kw_only=True)
class UserRole:
    """Rights under a name, to be given to users."""

    label: str
    rights: Rights


def new_token() -> str:
    """32 hexadecimal characters."""
    return secrets.token_hex(16).upper()
