"""Background work: declared jobs, a queue that wakes, a sweep that finds what was missed."""
