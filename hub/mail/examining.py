"""Whether the mail server can be talked to, in words that help to mend it."""

from __future__ import annotations

import smtplib
import socket
import ssl

from flask import current_app
from flask_babel import gettext as _

from hub.environment.requirements import Finding, failed, good


def server() -> str:
    """Where the hub hands in its mails."""
    return f"{current_app.config['MAIL_SERVER']}:{current_app.config['MAIL_PORT']}"


def judged(problem: Exception | None) -> Finding:
    """What it means that this came of talking to the mail server, or nothing bad."""
    if problem is None:
        return good(_("%(server)s answers.", server=server()))
    return failed(_("%(server)s: %(cause)s", server=server(), cause=told(problem)), _cure(problem))


def told(problem: Exception) -> str:
    """What went wrong: the server's own words where it had any."""
    if isinstance(problem, smtplib.SMTPResponseException):
        said = problem.smtp_error
        return f"{problem.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {said.decode(errors='replace')}" for code, said in problem.recipients.values())
    return str(problem) or type(problem).__name__


def _cure(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return str(_("The server does not know these credentials. Check HUB_MAIL_USERNAME and HUB_MAIL_PASSWORD."))
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return str(_("The server offers no STARTTLS or sign-in. Check HUB_MAIL_USE_TLS, and the port of the server."))
    if isinstance(problem, ssl.SSLError):
        return str(_("Encryption failed. Check HUB_MAIL_SERVER against the certificate, and HUB_CA_BUNDLE."))
    if isinstance(problem, socket.gaierror):
        return str(_("There is no such name. Check HUB_MAIL_SERVER."))
    return str(
        _(
            "Check HUB_MAIL_SERVER and HUB_MAIL_PORT, and that the server takes mail from this machine. Mails wait in "
            "the outbox meanwhile; none is lost."
        )
    )
