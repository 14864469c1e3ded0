"""The generated cases on this host's engine."""
