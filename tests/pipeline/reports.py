"""Delivery reports as Postfix, Exchange, Microsoft 365, Gmail and Exim write them, about any mail and address."""

from __future__ import annotations

from textwrap import dedent

MAIL = "<5f0c9a@northlake.example>"
LEILA = "leila.haddad@northlake.example"


def _wire(text: str) -> bytes:
    return dedent(text).lstrip("\n").replace("\n", "\r\n").encode()


def postfix(mail: str = MAIL, to: str = LEILA, status: str = "5.1.1", action: str = "failed", number: int = 1) -> bytes:
    """Postfix 3.7, with the whole mail returned."""
    return _wire(f"""
        Return-Path: <>
        Received: by relay.northlake.example (Postfix) id 4C2D{number}; Mon, 23 Nov 2026 07:00:04 -0500 (EST)
        Date: Mon, 23 Nov 2026 07:00:04 -0500 (EST)
        From: MAILER-DAEMON@relay.northlake.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: rivera-lab@northlake.example
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4C2D1.1795435204/relay.northlake.example"
        Message-Id: <2026{number}.4C2D1@relay.northlake.example>

        This is a MIME-encapsulated message.

        --4C2D1.1795435204/relay.northlake.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients.

        <{to}>: host mx.northlake.example[192.0.2.7] said: 550 {status}
            <{to}>: Recipient address rejected: User unknown

        --4C2D1.1795435204/relay.northlake.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.northlake.example
        X-Postfix-Queue-ID: 4C2D1
        X-Postfix-Sender: rfc822; rivera-lab@northlake.example
        Arrival-Date: Mon, 23 Nov 2026 07:00:03 -0500 (EST)

        Final-Recipient: rfc822; {to}
        Original-Recipient: rfc822;{to}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.northlake.example
        Diagnostic-Code: smtp; 550 {status} <{to}>: Recipient address
            rejected: User unknown

        --4C2D1.1795435204/relay.northlake.example
        Content-Description: Undelivered Message
        Content-Type: message/rfc822

        Return-Path: <rivera-lab@northlake.example>
        From: Rivera Lab onboarding <rivera-lab@northlake.example>
        To: Leila Haddad <{to}>
        Subject: GCP for STEP-HF ends Fri 4 Dec 2026
        Message-ID: {mail}
        MIME-Version: 1.0
        Content-Type: text/plain; charset="utf-8"

        Hello Leila.

        --4C2D1.1795435204/relay.northlake.example--
        """)


def exchange(mail: str = MAIL, to: str = LEILA) -> bytes:
    """Microsoft 365: an HTML part first, the headers alone returned, and the original named in the report's own header."""
    return _wire(f"""
        From: <postmaster@northlake.example>
        To: <rivera-lab@northlake.example>
        Date: Mon, 23 Nov 2026 12:00:09 +0000
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="b3f4a1c0-1111-4c4c-9a9a-000000000001"
        X-MS-Exchange-Message-Is-Ndr:
        Content-Language: en-US
        Message-ID: <a4f2c7d8@DM6PR01MB0001.prod.exchangelabs.com>
        In-Reply-To: {mail}
        References: {mail}
        Subject: Undeliverable: GCP for STEP-HF ends Fri 4 Dec 2026
        Auto-Submitted: auto-replied
        MIME-Version: 1.0

        --b3f4a1c0-1111-4c4c-9a9a-000000000001
        Content-Type: multipart/alternative; differences=Content-Type;
        \tboundary="b3f4a1c0-1111-4c4c-9a9a-000000000002"

        --b3f4a1c0-1111-4c4c-9a9a-000000000002
        Content-Type: text/plain; charset="us-ascii"

        Your message to {to} couldn't be delivered.

        --b3f4a1c0-1111-4c4c-9a9a-000000000002
        Content-Type: text/html; charset="us-ascii"

        <html><body><p>Your message couldn't be delivered.</p></body></html>

        --b3f4a1c0-1111-4c4c-9a9a-000000000002--

        --b3f4a1c0-1111-4c4c-9a9a-000000000001
        Content-Type: message/delivery-status

        Reporting-MTA: dns;DM6PR01MB0001.prod.exchangelabs.com
        Received-From-MTA: dns;client.northlake.example
        Arrival-Date: Mon, 23 Nov 2026 12:00:08 +0000

        Final-Recipient: rfc822;{to.title()}
        Action: failed
        Status: 5.1.10
        Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup

        --b3f4a1c0-1111-4c4c-9a9a-000000000001
        Content-Type: text/rfc822-headers

        From: Rivera Lab onboarding <rivera-lab@northlake.example>
        To: {to}
        Message-ID: {mail}
        Subject: GCP for STEP-HF ends Fri 4 Dec 2026

        --b3f4a1c0-1111-4c4c-9a9a-000000000001--
        """)


def gmail(mail: str = MAIL, to: str = LEILA) -> bytes:
    """Gmail: a related part with a picture first, then the status, then the mail."""
    return _wire(f"""
        From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
        To: rivera-lab@northlake.example
        Auto-Submitted: auto-replied
        Subject: Delivery Status Notification (Failure)
        References: {mail}
        In-Reply-To: {mail}
        X-Failed-Recipients: {to}
        Message-ID: <65bd.050a.3b@mx.google.com>
        Date: Mon, 23 Nov 2026 04:00:11 -0800 (PST)
        MIME-Version: 1.0
        Content-Type: multipart/report; boundary="000000000000aa"; report-type=delivery-status

        --000000000000aa
        Content-Type: multipart/related; boundary="000000000000bb"

        --000000000000bb
        Content-Type: text/plain; charset="UTF-8"

        ** Address not found **
        Your message wasn't delivered to {to}

        --000000000000bb--
        --000000000000aa
        Content-Type: message/delivery-status

        Reporting-MTA: dns; googlemail.com
        Arrival-Date: Mon, 23 Nov 2026 04:00:10 -0800 (PST)
        X-Original-Message-ID: {mail}

        Final-Recipient: rfc822; {to}
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; mx.northlake.example. (192.0.2.7, the server for the domain northlake.example.)
        Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
        Last-Attempt-Date: Mon, 23 Nov 2026 04:00:11 -0800 (PST)

        --000000000000aa
        Content-Type: message/rfc822

        Message-ID: {mail}
        From: rivera-lab@northlake.example
        To: {to}
        Subject: GCP for STEP-HF ends Fri 4 Dec 2026

        Hello Leila.

        --000000000000aa--
        """)


def exim(mail: str = MAIL, to: str = LEILA) -> bytes:
    """An older Exim: plain words and one header."""
    return _wire(f"""
        From: Mail Delivery System <Mailer-Daemon@relay.northlake.example>
        To: rivera-lab@northlake.example
        X-Failed-Recipients: {to}
        Auto-Submitted: auto-replied
        Subject: Mail delivery failed: returning message to sender
        Message-Id: <E1qX-0001@relay.northlake.example>
        References: {mail}

        This message was created automatically by mail delivery software.

          {to}
            host mx.northlake.example [192.0.2.7]
            SMTP error from remote mail server after RCPT TO:<{to}>:
            550 5.1.1 User unknown
        """)


def out_of_office() -> bytes:
    """What a person's mailbox answers: no report."""
    return _wire(f"""
        From: Leila Haddad <{LEILA}>
        To: rivera-lab@northlake.example
        Subject: Automatic reply: away until 7 December
        Auto-Submitted: auto-replied
        In-Reply-To: {MAIL}
        Message-ID: <ooo@northlake.example>

        I am away. In urgent cases 555-0100 or 550 5.1.1 Main Street.
        """)


def qmail(mail: str = MAIL, to: str = LEILA, sent_to: str = "rivera-lab@northlake.example") -> bytes:
    """qmail: no parts and no header, the words and the whole mail below them."""
    return _wire(f"""
        Return-Path: <>
        Delivered-To: {sent_to}
        From: MAILER-DAEMON@mx.northlake.example
        To: {sent_to}
        Subject: failure notice
        Date: 23 Nov 2026 12:00:08 -0000
        Message-ID: <20261123.qmail@mx.northlake.example>

        Hi. This is the qmail-send program at mx.northlake.example.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <{to}>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        Return-Path: <rivera-lab@northlake.example>
        From: Rivera Lab onboarding <rivera-lab@northlake.example>
        To: Leila Haddad <{to}>
        Message-ID: {mail}
        Subject: GCP for STEP-HF ends Fri 4 Dec 2026

        Hello Leila.
        """)


def exim_with_copy(mail: str = MAIL, to: str = LEILA) -> bytes:
    """Exim 4 without its header, the mail copied below the words."""
    return _wire(f"""
        From: Mail Delivery System <Mailer-Daemon@relay.northlake.example>
        To: rivera-lab@northlake.example
        Auto-Submitted: auto-replied
        Subject: Mail delivery failed: returning message to sender
        Message-Id: <E1qX-0002@relay.northlake.example>

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          {to}
            host mx.northlake.example [192.0.2.7]
            SMTP error from remote mail server after RCPT TO:<{to}>:
            550 5.1.1 User unknown

        ------ This is a copy of the message, including all the headers. ------

        From: Rivera Lab onboarding <rivera-lab@northlake.example>
        To: Leila Haddad <{to}>
        Message-ID: {mail}
        Subject: GCP for STEP-HF ends Fri 4 Dec 2026

        Hello Leila.
        """)


def old_exchange(mail: str = MAIL, to: str = LEILA) -> bytes:
    """Exchange 5.5: words, and the mail as a part of its own."""
    return _wire(f"""
        From: System Administrator <postmaster@med.northlake.example>
        To: rivera-lab@northlake.example
        Subject: Undeliverable: GCP for STEP-HF ends Fri 4 Dec 2026
        Date: Mon, 23 Nov 2026 07:00:09 -0500
        Message-ID: <B5A1@med.northlake.example>
        MIME-Version: 1.0
        X-Mailer: Internet Mail Service (5.5.2653.19)
        Content-Type: multipart/mixed; boundary="----_=_NextPart_000_01"

        ------_=_NextPart_000_01
        Content-Type: text/plain; charset="iso-8859-1"

        Your message

          To:      {to}
          Subject: GCP for STEP-HF ends Fri 4 Dec 2026
          Sent:    Mon, 23 Nov 2026 07:00:03 -0500

        did not reach the following recipient(s):

        {to} on Mon, 23 Nov 2026 07:00:08 -0500
            The recipient name is not recognized
        \tThe MTS-ID of the original message is: c=us;a= ;p=northlake;l=MED0-1123T
            MSEXCH:IMS:NORTHLAKE:MED:MED0 0 (000C05A6) Unknown Recipient

        ------_=_NextPart_000_01
        Content-Type: message/rfc822

        From: Rivera Lab onboarding <rivera-lab@northlake.example>
        To: {to}
        Message-ID: {mail}
        Subject: GCP for STEP-HF ends Fri 4 Dec 2026

        Hello Leila.

        ------_=_NextPart_000_01--
        """)


PLAIN = {"qmail": qmail, "exim with a copy": exim_with_copy, "exim": exim, "exchange 5.5": old_exchange}
ALL = {"postfix": postfix, "exchange": exchange, "gmail": gmail, "exim": exim}
