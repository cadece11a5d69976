"""The table of commands: name, module, one line of help. Decides nothing; `onboard --help` shows it in this order."""

from onboard.cli.group import Entry

COMMANDS = {
    "init": Entry("onboard.cli.init", "Make a lab's home: its own settings, rules, schedule."),
    "check": Entry("onboard.cli.check", "Check settings, REDCap, mail and ledger; say the next step."),
    "start": Entry("onboard.cli.start", "Show who would get what in the first week; --send introduces the tool."),
    "status": Entry("onboard.cli.status", "Who is cleared for what, until when, and why not."),
    "explain": Entry("onboard.cli.explain", "One person: where they stand, what was mailed, what comes next."),
    "proof": Entry("onboard.cli.proof", "Was a person cleared for a protocol on a day, with the evidence."),
    "preview": Entry("onboard.cli.preview", "Show the mails that would go today, as a page to open."),
    "welcome": Entry("onboard.cli.welcome", "Print the note that announces the first mail to a new hire."),
    "intake": Entry("onboard.cli.intake", "Take CITI files in: show what is new; --send imports it. Also the IRB's list."),
    "release": Entry("onboard.cli.release", "Let a run go that was held because it was over the ceiling."),
    "sandbox": Entry("onboard.cli.sandbox", "Run a stand-in for REDCap with a sample lab on this machine."),
}
