"""How others call us; knows tokens and no feature."""
