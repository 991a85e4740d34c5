"""Unmodified Moodles against a real hub: recorded requests, byte for byte."""
