"""Evidence files: recognise, match, plan. Decides what a file claims, whose it is and what is new; reads no file, writes
nothing, asks no server."""
