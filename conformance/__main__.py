"""`python -m conformance`, where the rnn-conformance script is not on the path."""

import sys

from conformance.cli import main

sys.exit(main())
