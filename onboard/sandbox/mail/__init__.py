"""A mail catcher on localhost, and the faults it can be told to make."""
