"""An outage to watch: a server with a bad day, and two clients that need it."""
