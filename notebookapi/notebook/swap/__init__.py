"""Hot swap: which cell owns what, and how a run of one changes what is served, as a whole."""
