"""From a signature to the frozen plan that answers a request."""
