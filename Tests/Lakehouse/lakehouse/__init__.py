"""The development lakehouse: what a Micromegas analytics server answers, for tests and the quickstart."""

import os

# A cut connection is what the faults are for; grpc need not tell of each.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
