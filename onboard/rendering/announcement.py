"""The note a coordinator sends by hand before the first mail."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from onboard.model import Lab, Person
from onboard.rendering.environment import template_environment
from onboard.rendering.layout import lay_out
from onboard.rendering.phrases import day_name, one_line


def announcement(lab: Lab, person: Person, start: date | None, today: date, overrides: Path | None = None) -> str:
    """The text, from ``announcement.txt`` of the lab's home or the shipped one; `start` is the first day still to come."""
    (coordinator, *_) = lab.on_duty(today)
    template = template_environment(overrides, escape=False).get_template("announcement.txt")
    words = template.render(
        greet=one_line(person.greet or person.name),
        lab=lab.name,
        sender=lab.sender,
        verify=lab.verify,
        coordinator=coordinator.name,
        phone=coordinator.phone,
        start=day_name(start) if start else "",
    )
    return lay_out(words)
