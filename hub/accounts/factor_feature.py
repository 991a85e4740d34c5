"""Second factors of the people who sign in."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hub.accounts import factor_models, factor_views, factors, own_factor_views, passkeys, proving, recovery, totp
from hub.accounts.proving import Way


def init_app(app: Flask) -> None:
    """Open the doors, let templates ask who has what, and let codes prove who somebody is before something grave."""
    app.register_blueprint(factor_views.bp)
    app.register_blueprint(own_factor_views.bp)
    app.before_request(own_factor_views.lead_to_set_up)
    app.add_template_global(factors.overview, "second_factors")
    app.add_template_global(passkeys.available, "passkeys_available")
    proving.add_way(Way("code", _("Code of your app"), lambda user: totp.find(user) is not None, totp.use))
    proving.add_way(Way("recovery", _("Recovery code"), lambda user: recovery.left(user) > 0, recovery.use))


__all__ = ["factor_models", "init_app"]
