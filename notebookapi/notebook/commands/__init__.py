"""The subcommands of `%api`: one module per subject, put together in `table`."""
