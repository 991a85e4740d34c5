"""Moodle sites known to the hub."""
