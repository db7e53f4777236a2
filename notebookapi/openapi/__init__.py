"""OpenAPI: the models of a document, its making, and the pages that show it."""
