"""The main job from outside, with real parts only: server, browser, mail server, Moodle sites."""
