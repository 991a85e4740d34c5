"""Real parts for tests: database server, hub, mail server, Moodle sites and browser, all on loopback."""
