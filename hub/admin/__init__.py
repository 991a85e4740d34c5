"""The frame of the moderators' pages."""
