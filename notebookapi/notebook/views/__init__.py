"""What a person sees: records of what to show, and their rendering as HTML and as text."""
