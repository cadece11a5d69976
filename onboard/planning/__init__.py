"""What is said to whom today, and may it go. Plans hold facts and keys; the words are the templates'."""
