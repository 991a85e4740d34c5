"""Settings that administrators change while the hub runs."""
