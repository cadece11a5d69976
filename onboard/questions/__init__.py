"""What a lab is asked, each a reading of the same timelines: proof, history, exposure, what if, path, log, pack, fix first.
Decides no rule: every answer is read off an Assessment. Each room gives a frozen value, its text and its JSON."""
