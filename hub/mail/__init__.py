"""Mails, from text to server."""
