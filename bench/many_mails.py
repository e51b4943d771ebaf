"""The program as it is, but for how many mails may go in an hour: `python bench/many_mails.py run FILE`.

A bench sends in two minutes what a bridge sends in days; how many may go is not what it measures.
"""

from __future__ import annotations

import sys

from bridge.cli.main import main
from bridge.core import mail_limits

mail_limits.AN_HOUR_AT_MOST = mail_limits.BY_COMMAND_AT_MOST = 10_000

if __name__ == "__main__":
    sys.exit(main())
