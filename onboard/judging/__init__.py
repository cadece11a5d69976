"""Who owes what, is it met, who is cleared. Today is an argument, and only obligations/ sees pandas."""
