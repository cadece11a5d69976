"""A page for others, written whole or not at all.

Readers of a shared drive never see half of it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from onboard.adapters.files.owner_alone import for_readers
from onboard.errors import OnboardError


def write_whole(path: Path, text: str) -> None:
    """Put `text` in place of `path` in one step. Raises OnboardError when the folder is missing or not writable."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            for_readers(Path(name))
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise OnboardError(
            f"{path} could not be written ({error.strerror}): check that its folder exists and is writable for this account."
        ) from error
