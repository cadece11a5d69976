"""A stand-in for a REDCap server and for a mail server, for demos and tests.

Both are on localhost. It is not REDCap. It answers the API calls a client of REDCap makes the way public evidence says a real
server answers them; what is not evidenced is marked in the code with `assumption: not evidenced`. It shares no code with the
product it is used to try, so that it shares no mistake with it.
"""
