"""The tests mirror the folders of hub/; support/ holds the real parts they run against."""
