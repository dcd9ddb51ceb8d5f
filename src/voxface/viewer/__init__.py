"""The page: serves the built web application and what it is to show."""
