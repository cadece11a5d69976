"""A mail catcher on localhost, and the troubles it can be told to make."""
