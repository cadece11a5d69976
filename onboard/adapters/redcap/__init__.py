"""REDCap through PyCap: reading, facts about a project, surveys, imports."""
