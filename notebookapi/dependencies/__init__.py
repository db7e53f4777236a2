"""A look at what an endpoint depends on, for plugins that look into FastAPI's."""
