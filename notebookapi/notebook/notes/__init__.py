"""What the person is told beside the change itself."""
