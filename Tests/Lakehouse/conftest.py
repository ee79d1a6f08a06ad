"""Lets the tests import the lakehouse, from whatever directory they are run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
