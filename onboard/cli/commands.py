"""The tables of commands: name, module, one line of help.

`onboard --help` shows them in this order.
"""

from onboard.cli.group import Entry

TO_SET_UP = {
    "sandbox": Entry("onboard.cli.sandbox", "Run a stand-in for REDCap with a sample lab on this machine."),
    "init": Entry("onboard.cli.init", "Make a lab's home: its own settings, rules, schedule."),
    "install": Entry("onboard.cli.install", "Put the shipped forms into empty REDCap projects; say the clicks that remain."),
    "map": Entry("onboard.cli.map", "Guess a first redcap.toml for a project of your own, to be corrected by hand."),
    "check": Entry("onboard.cli.check", "Check settings, REDCap, mail and ledger; say the next step."),
    "sheet": Entry("onboard.cli.sheet", "Print one page for the REDCap administrator and IT, or for whoever takes over."),
    "writeback": Entry("onboard.cli.writeback", "Write verdicts into the program's own REDCap fields; dry unless --send."),
    "mail": Entry("onboard.cli.mail", "Does mail leave and arrive: test, login; addresses, doubts, settle, reopen, try."),
    "start": Entry("onboard.cli.start", "Show who would get what in the first week; --send introduces the tool."),
}
TO_ASK = {
    "status": Entry("onboard.cli.status", "Who is cleared for what, until when, and why not."),
    "explain": Entry("onboard.cli.explain", "One person: where they stand, what was mailed, what comes next."),
    "proof": Entry("onboard.cli.proof", "Was a person cleared for a protocol on a day, with the evidence."),
    "history": Entry("onboard.cli.history", "When a person was cleared, blocked or unknown, as a picture; --svg FILE."),
    "exposure": Entry("onboard.cli.exposure", "Days worked, or perhaps worked, while not cleared."),
    "reconcile": Entry("onboard.cli.reconcile", "Hold IRB lists, delegations and trainings against each other."),
    "whatif": Entry("onboard.cli.whatif", "Who would be short if a protocol opened or the requirements changed."),
    "path": Entry("onboard.cli.path", "The earliest day a person can start each task, and what takes longest."),
    "pack": Entry("onboard.cli.pack", "Write the inspection folder of a protocol, with hashes."),
    "log": Entry("onboard.cli.log", "A person's research log, as text for a CV or as CSV."),
    "fix-first": Entry("onboard.cli.fix_first", "What keeps verdicts unknown: the fix that clears most people first."),
    "preview": Entry("onboard.cli.preview", "Show the mails that would go today, as a page to open."),
    "guide": Entry("onboard.cli.guide", "How to change rules, restore a backup, run many labs and more."),
}
TO_DO = {
    "welcome": Entry("onboard.cli.welcome", "Print the note that announces the first mail to a new hire."),
    "intake": Entry("onboard.cli.intake", "Take CITI files in: show what is new; --send imports it. Also the IRB's list."),
    "review": Entry("onboard.cli.review", "Take over what was accepted on the survey form, as reviews; --adopt DAY."),
    "rules": Entry("onboard.cli.rules", "The versions of the rules: list, diff, accept, schema."),
    "release": Entry("onboard.cli.release", "Let a run go that was held because it was over the ceiling."),
}
TO_KEEP_RUNNING = {
    "runs": Entry("onboard.cli.runs", "What each run did; one of them with all its words."),
    "bounces": Entry("onboard.cli.bounces", "Look for mail that came back, now."),
    "backup": Entry("onboard.cli.backup", "Copy the ledger while it is in use."),
    "forget": Entry("onboard.cli.forget", "Take a person's name out of what is kept; verdicts stay."),
    "export-person": Entry("onboard.cli.export_person", "Give out everything that is kept about one person."),
}
