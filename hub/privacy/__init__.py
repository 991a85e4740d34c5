"""Personal data: who is known here, what is kept about them and for how long."""
