"""What joins failsoft to other libraries. Nothing here is imported unless it is asked for, or its library is in use."""
