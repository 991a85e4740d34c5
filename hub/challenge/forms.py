"""The challenge as a field of a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import Field, ValidationError
from wtforms.utils import unset_value

from hub.challenge import proof
from hub.challenge.proof import Asked, ChallengeMissing, Payload


class ChallengeField(Field):
    """Asks for the work and checks it; ``data`` goes to ``challenge.require`` in the transaction of the form's act."""

    def __init__(self, form_name: str, **options: Any) -> None:
        super().__init__(_("Check against robots"), **options)
        self.form_name = form_name

    @property
    def required(self) -> bool:
        """Whether the form asks for it now."""
        return proof.required(self.form_name)

    @property
    def asked(self) -> Asked:
        """What the page needs in order to ask."""
        return proof.ask(self.form_name, self.data)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Sequence[Any] | None = None) -> None:
        """Take what the three inputs of the challenge say."""
        self.process_errors: list[str] = []
        self.object_data = None
        self.data = Payload.parse(formdata or {}, request.remote_addr or "")

    def pre_validate(self, form: Any) -> None:
        """Complain when the work is missing; it is used up later, with what the form does."""
        if not self.required:
            return
        try:
            proof.check(self.form_name, self.data)
        except ChallengeMissing as error:
            raise ValidationError(error.message) from error
