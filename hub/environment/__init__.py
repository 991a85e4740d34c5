"""What this hub needs around it: examined by whoever knows it, told in words, with the way to mend it."""
