"""Plans: what is sent to whom today, and whether it may go now.

Plans hold facts and keys; the words are in templates/.
"""
