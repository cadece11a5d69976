"""Files of a lab: exports in a folder, manual tables, evidence, whole writes."""
