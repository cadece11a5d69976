"""The tables of commands: name, module, one line of help.

`onboard --help` shows them in this order.
"""

from onboard.cli.group import Entry

TO_SET_UP = {
    "sandbox": Entry("onboard.cli.sandbox", "Run a stand-in for REDCap with a sample lab on this machine."),
    "init": Entry("onboard.cli.init", "Make a lab's home: its own settings, rules, schedule."),
    "install": Entry("onboard.cli.install", "Put the shipped forms into empty REDCap projects; print the steps that remain."),
    "map": Entry("onboard.cli.map", "Guess a first redcap.toml for a project of your own, to be corrected by hand."),
    "check": Entry("onboard.cli.check", "Check settings, REDCap, mail and ledger; print the next step."),
    "sheet": Entry("onboard.cli.sheet", "Print one page for the REDCap administrator and IT, or for your successor."),
    "writeback": Entry("onboard.cli.writeback", "Write verdicts into the program's own REDCap fields; dry unless --send."),
    "mail": Entry("onboard.cli.mail", "Does mail leave and arrive: test, login; addresses, doubts, settle, reopen, try."),
    "start": Entry("onboard.cli.start", "Show who would get what in the first week; --send introduces the tool."),
}
TO_ASK = {
    "status": Entry("onboard.cli.status", "Who is cleared for what, until when, and why not."),
    "explain": Entry("onboard.cli.explain", "Whether a person is cleared, what was sent, what comes next."),
    "proof": Entry("onboard.cli.proof", "Was a person cleared for a protocol on a day, with the evidence."),
    "history": Entry("onboard.cli.history", "When a person was cleared, blocked or unknown, as a picture; --svg FILE."),
    "exposure": Entry("onboard.cli.exposure", "Days worked, or perhaps worked, while not cleared."),
    "reconcile": Entry("onboard.cli.reconcile", "Compare IRB lists, delegations and training."),
    "whatif": Entry("onboard.cli.whatif", "Who would lose or lack clearance if a protocol opened or the rules changed."),
    "path": Entry("onboard.cli.path", "The earliest day a person can start each task, and what takes longest."),
    "pack": Entry("onboard.cli.pack", "Write the inspection folder of a protocol, with hashes."),
    "log": Entry("onboard.cli.log", "A person's research log, as text for a CV or as CSV."),
    "fix-first": Entry("onboard.cli.fix_first", "Records to correct, ordered by how many people each clears."),
    "preview": Entry("onboard.cli.preview", "Show the mails that would go today, as a page to open."),
    "guide": Entry("onboard.cli.guide", "How to change rules, restore a backup, run many labs and more."),
}
TO_DO = {
    "welcome": Entry("onboard.cli.welcome", "Print the note that announces the first mail to a new hire."),
    "intake": Entry("onboard.cli.intake", "Take CITI files in: show what is new; --send imports it. Also the IRB's list."),
    "review": Entry("onboard.cli.review", "Take over what was accepted on the survey form, as reviews; --adopt DAY."),
    "rules": Entry("onboard.cli.rules", "The versions of the rules: list, diff, accept, schema."),
    "release": Entry("onboard.cli.release", "Send the mails of a run that was held at the limit."),
}
TO_KEEP_RUNNING = {
    "runs": Entry("onboard.cli.runs", "List runs; `runs RUN` shows one in full."),
    "bounces": Entry("onboard.cli.bounces", "Look for mail that came back, now."),
    "backup": Entry("onboard.cli.backup", "Copy the ledger while it is in use."),
    "forget": Entry("onboard.cli.forget", "Replace a person's name and addresses in the ledger; keep the verdicts."),
    "export-person": Entry("onboard.cli.export_person", "Export everything stored about one person."),
}
