"""The sample lab: its story, its rows, its server."""
