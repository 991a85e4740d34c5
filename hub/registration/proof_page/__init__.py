"""The page on which somebody proves that an address is his."""
