"""The connection doctor: step by step what the hub sees of a site, with the cure for each thing that is wrong."""
