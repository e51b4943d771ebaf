"""Measurements beside two peers, in one run: a minimal C publisher and mqtt-io.

Floors are ratios within the run, never absolute times of a noisy machine; the few limits that are
times are the product's own promises. `python -m bench --help` says what can be measured.

Servers of the tests play the rest of the world here too, and import one another as in tests.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "tests"))
