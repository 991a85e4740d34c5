"""Tokens: who may call us."""
