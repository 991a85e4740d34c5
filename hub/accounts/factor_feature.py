"""Second factors of the people who sign in, and single sign-on."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hub.accounts import (
    factor_models,
    factor_views,
    factors,
    oidc,
    oidc_views,
    own_factor_views,
    passkeys,
    proving,
    recovery,
    totp,
)
from hub.accounts.models import User
from hub.accounts.oidc_provider import provider
from hub.accounts.proving import Way


def init_app(app: Flask) -> None:
    """Open the doors, let templates ask who has what, and let codes prove who somebody is before something grave."""
    app.register_blueprint(factor_views.bp)
    app.register_blueprint(own_factor_views.bp)
    app.register_blueprint(oidc_views.bp)
    app.before_request(own_factor_views.lead_to_set_up)
    app.add_template_global(factors.overview, "second_factors")
    app.add_template_global(passkeys.available, "passkeys_available")
    app.add_template_global(provider, "oidc_provider")
    app.add_template_global(oidc.of, "oidc_identity")
    proving.add_way(Way("code", _("Code of your app"), lambda user: totp.find(user) is not None, totp.use))
    proving.add_way(Way("recovery", _("Recovery code"), _only_paper, recovery.use))


def _only_paper(user: User) -> bool:
    """Whether codes on paper are all that this person could type."""
    return totp.find(user) is None and recovery.left(user) > 0


__all__ = ["factor_models", "init_app"]
