"""Mail out and delivery reports in.

SMTP through yagmail, mailboxes over IMAP, mails as files.
"""
