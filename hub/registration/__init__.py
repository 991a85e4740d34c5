"""The story of a site joining, changing and leaving."""
