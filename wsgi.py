"""The application for a WSGI server: ``granian --interface wsgi wsgi:app`` or ``gunicorn wsgi:app``."""

from hub import create_app

app = create_app()
