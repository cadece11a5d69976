"""Questions a lab asks, each a reading of the same timelines.

Proof, history, exposure, what if, path, log, pack, fix first. Every answer is read off an Assessment; each module gives a frozen
value, its text and its JSON.
"""
