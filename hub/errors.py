"""The family of errors that the hub tells people about. Each surface says them in its own dialect."""

from __future__ import annotations

import hashlib


class HubError(Exception):
    """Something the caller can understand and mend; the message says what to do next.

    ``key`` is the error's name on the wire (protocol/hub-server.md, appendix A), ``status`` the status of a page
    that shows it, ``wire_class`` the class name in REST error objects (protocol/moodle-clients.md 2.10: only
    ``moodle_exception`` with ``invalidtoken`` and ``registration_exception`` make a site drop its registration).
    """

    key = "error"
    status = 400
    wire_class = "moodle_exception"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def fault_code(self) -> int:
        """The number of this error in XML-RPC: the first eight decimal digits of the MD5 of its key."""
        return int(str(int(hashlib.md5(self.key.encode(), usedforsecurity=False).hexdigest(), 16))[:8])
