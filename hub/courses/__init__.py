"""Course listings."""
