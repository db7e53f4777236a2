"""What happened to requests: how many, how long, what they printed, how they failed."""
