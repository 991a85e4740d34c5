"""The directory: the outside server that lists hubs, and this hub's registration with it."""
