"""Lets the files of this folder import each other, as `python tests/reckoner/prove.py` does by itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
