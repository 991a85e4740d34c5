"""People who sign in to run the hub."""
