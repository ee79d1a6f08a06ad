"""The development lakehouse: what a Micromegas analytics server answers, for tests and the quickstart."""
