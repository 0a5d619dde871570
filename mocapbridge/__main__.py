"""``python -m mocapbridge``."""

from __future__ import annotations

import sys

from mocapbridge.cli.main import main

sys.exit(main())
