"""The fixtures of tests/tables, here as well."""

from tests.tables.conftest import export_of, mapping, sample, sample_export, with_cells, zone

__all__ = ["export_of", "mapping", "sample", "sample_export", "with_cells", "zone"]
