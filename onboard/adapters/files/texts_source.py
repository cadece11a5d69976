"""Records as texts, read as a folder of exports: the folder lies in the machine's own place for a moment and goes at once."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from onboard.adapters.files.folder_source import FolderSource
from onboard.model import Export
from onboard.model.mapping import Mapping


def export_of_texts(
    records: Dict[str, str], dictionaries: Dict[str, str], home: Path, mapping: Mapping, read_at: datetime
) -> Export:
    """The records of projects, as CSV text, with the lab's own files of protocols where no project holds them.

    Raises ReadInDoubt as a folder of exports does.
    """
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, content in records.items():
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
            (folder / f"{name}.dictionary.csv").write_text(dictionaries[name], encoding="utf-8")
        for name in ("protocols.csv", "approvals.csv"):
            if (home / name).is_file() and "protocols" not in records:
                (folder / name).write_bytes((home / name).read_bytes())
        return FolderSource(folder, mapping, read_at).fetch({})
