"""Files of a lab: exports in a folder, tables kept by hand, evidence, whole writes."""
