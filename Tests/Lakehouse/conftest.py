"""Lets the tests import the lakehouse, from whatever directory they are run."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# Proxies are not for servers on 127.0.0.1.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
