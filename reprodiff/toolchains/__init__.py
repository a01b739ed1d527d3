"""The build tools: how to recognise the one that made an artifact."""
