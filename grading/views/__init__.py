"""Pages: each view fetches what its user may see, acts through the rules, and answers."""
