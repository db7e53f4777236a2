"""Examples in a session: kept from requests that were sent, and sent again when cells publish."""
