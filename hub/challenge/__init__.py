"""A self-hosted proof of work before forms that anybody may send: no third party sees who visits the hub.

``required(form)`` says whether a form asks, ``ChallengeField`` and ``macros/challenge.html`` put the challenge into it,
``require(form, payload)`` takes what it brought, once. The forms are "registration", "contact" and "report".
"""

from hub.challenge.forms import ChallengeField
from hub.challenge.proof import Asked, ChallengeMissing, Payload, ask, check, require, required

__all__ = ["Asked", "ChallengeField", "ChallengeMissing", "Payload", "ask", "check", "require", "required"]
