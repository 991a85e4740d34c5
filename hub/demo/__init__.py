"""A believable world for newcomers: sites and courses made from our own lists."""
