"""The next record name.

`1` when ids are not whole numbers, else the largest plus one; `20-1` style for a user in a group.
"""

import re
from collections.abc import Collection

from onboard.sandbox.projects import Project


def next_record(project: Project, dag: str | None, taken: Collection[str] = ()) -> str:
    """The next free id. The number before the dash is the group's."""
    names = [*project.records, *taken]
    prefix = f"{group_number(project, dag)}-" if dag else ""
    numbers = [int(match[1]) for name in names if (match := re.fullmatch(re.escape(prefix) + r"(\d+)", name))]
    return f"{prefix}{max(numbers, default=0) + 1}"


def group_number(project: Project, dag: str) -> int:
    """The id of a data access group on this server."""
    return project.project_id * 100 + list(project.groups).index(dag) + 1
