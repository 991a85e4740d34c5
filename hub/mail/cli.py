"""Commands about the outbox."""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from hub.commands import as_json, json_option, say, table
from hub.database import transaction
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail import outbox
from hub.mail.models import OutgoingMail

group = AppGroup("mail", help="Mails: what waits, what was sent, another attempt.")


@group.command("list")
@click.option("--waiting", is_flag=True, help="Only those that were not sent.")
@json_option
def list_mails(waiting: bool, json: bool) -> None:
    """List the mails, eldest first."""
    query = outbox.unsent() if waiting else sa.select(OutgoingMail).order_by(OutgoingMail.id)
    rows = [_row(mail) for mail in db.session.scalars(query)]
    as_json(rows) if json else table(rows, ["id", "state", "recipient", "subject", "attempts", "error"])


@group.command()
@click.argument("mail_id", type=int, required=False)
@json_option
def retry(mail_id: int | None, json: bool) -> None:
    """Send mail MAIL_ID, or every mail that was not sent, with the worker's next round."""
    with transaction(db.session):
        mails = [outbox.get_mail(mail_id)] if mail_id is not None else db.session.scalars(outbox.unsent()).all()
        waiting = [mail for mail in mails if mail.sent_at is None]
        for mail in waiting:
            outbox.retry(mail, by=COMMAND)
    as_json([_row(mail) for mail in waiting]) if json else say(f"{len(waiting)} to be tried again.")


@group.command()
@click.argument("mail_id", type=int)
@json_option
def cancel(mail_id: int, json: bool) -> None:
    """Do not send mail MAIL_ID any more."""
    with transaction(db.session):
        mail = outbox.get_mail(mail_id)
        outbox.cancel(mail, by=COMMAND)
    as_json([_row(mail)]) if json else say(f"Mail {mail.id} is {outbox.state(mail)}.")


@group.command("show")
@click.argument("mail_id", type=int)
@json_option
def show_mail(mail_id: int, json: bool) -> None:
    """Print mail MAIL_ID, without what its links would open."""
    mail = outbox.get_mail(mail_id)
    text = outbox.masked(mail.body)
    as_json([{**_row(mail), "text": text}]) if json else say(f"{mail.subject}\n\n{text}")


def _row(mail: OutgoingMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "name": mail.name,
        "state": outbox.state(mail),
        "recipient": mail.recipient,
        "subject": mail.subject,
        "attempts": mail.attempt_count,
        "queued_at": mail.queued_at,
        "next_attempt_at": mail.next_attempt_at,
        "sent_at": mail.sent_at,
        "error": mail.last_error,
    }
