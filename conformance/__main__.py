"""`python -m conformance`, where the rnn-conformance script is not on the path."""

import os
import sys

if not sys.flags.safe_path:
    # Python put the current folder first, where a user's random.py would stand before its own.
    del sys.path[0]
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 -- pathlib may be the user's by now

from conformance.cli import main

sys.exit(main())
