"""Errors of the wire, and how every error of the hub reads in each dialect."""

from __future__ import annotations

from hub.errors import HubError
from hub.webservices.encodings import legal


class InvalidToken(HubError):
    """Nobody holds this token. Recent sites drop their registration when they read this, so nothing else may say it."""

    key = "invalidtoken"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Invalid token: this hub does not know it, or it is no longer valid. Register the site with this hub again."
        )


class AccessDenied(HubError):
    """The token is good, but does not open this function."""

    key = "accessexception"
    status = 403
    wire_class = "webservice_access_exception"

    def __init__(self, function: str) -> None:
        super().__init__(
            f"This token does not open the function {function}. Use the token that your site got when it registered."
        )


class HubNotEnabled(HubError):
    """The hub rests; sites keep their registration and try again."""

    key = "hubnotenabled"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "This hub is switched off at the moment. Your registration is kept; try again later, "
            "or ask the administrator of the hub."
        )


class RegistrationBlocked(HubError):
    """The site may not use this hub any more; its Moodle drops the registration."""

    key = "registrationblocked"
    status = 403
    wire_class = "registration_exception"

    def __init__(self) -> None:
        super().__init__(
            "This hub no longer accepts your site. Ask the administrator of the hub if you think it should."
        )


class RateLimited(HubError):
    """Too many calls in too short a time."""

    key = "ratelimited"
    status = 429

    def __init__(self, retry_after: int = 60) -> None:
        super().__init__(f"Too many calls from here. Wait {retry_after} seconds, then try again.")
        self.retry_after = retry_after


class InvalidParameter(HubError):
    """An argument cannot be read; ``path`` says which one, as in ``courses[0].fullname``."""

    key = "invalidparameter"
    wire_class = "invalid_parameter_exception"

    def __init__(self, path: str, advice: str) -> None:
        super().__init__(f"Invalid parameter value detected in {path}: {advice}." if path else f"{advice}.")
        self.path = path


class InvalidResponse(HubError):
    """One of our own functions answered something else than it declared; the log has the details."""

    key = "invalidresponse"
    status = 500
    wire_class = "invalid_response_exception"

    def __init__(self, function: str) -> None:
        super().__init__(f"The hub could not put the answer of {function} together. It was logged; try again later.")


class FunctionUnknown(HubError):
    """No function of this name is offered."""

    key = "invalidrecord"
    status = 404
    wire_class = "dml_missing_record_exception"

    def __init__(self, name: str) -> None:
        super().__init__(f"This hub has no function {name[:100]!r}. Call system.listMethods to see what it offers.")


class RequestUnreadable(HubError):
    """No call can be read from the request. Code and key are those that the original hub answered here."""

    key = "invalidrecord"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"No web-service call could be read from this request: {reason}. "
            "Send an XML-RPC methodCall, or a form with wsfunction and wstoken."
        )
        self.reason = reason


class RequestTooLarge(HubError):
    """The request is larger than any call needs to be."""

    key = "requesttoolarge"
    status = 413

    def __init__(self, limit: str) -> None:
        super().__init__(f"The request is too large: this hub takes at most {limit}. Send less in one call.")
        self.limit = limit


class SignatureNotOffered(HubError):
    """What clients of the Zend kind read as "no signatures here": they then type their arguments themselves."""

    key = "unknownmethod"
    status = 404

    def __init__(self) -> None:
        super().__init__("This hub tells no method signatures. Call the function itself, or system.methodHelp.")

    @property
    def fault_code(self) -> int:
        return 620


class InternalError(HubError):
    """Something broke on our side; the log has the details, the caller gets none."""

    key = "generalexceptionmessage"
    status = 500

    def __init__(self) -> None:
        super().__init__("Something broke in the hub, and nothing was changed. It was logged; try again later.")


def fault(error: HubError) -> dict[str, int | str]:
    """The error as XML-RPC says it: clients show the whole text to an administrator."""
    return {"faultCode": error.fault_code, "faultString": f"{legal(error.message)} | ERRORCODE: {error.key}"}


def error_object(error: HubError) -> dict[str, str]:
    """The error as REST says it; sites read all three keys without looking whether they are there."""
    return {"exception": error.wire_class, "errorcode": error.key, "message": legal(error.message)}
