"""Starts the lakehouse from anywhere: python Tests/Lakehouse/run.py --scenario NAME"""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
runpy.run_module("lakehouse", run_name="__main__")
