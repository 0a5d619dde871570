# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a file."""


class UnreadableFile(ValueError):
    """The file is not what it should be; says what is wrong and what to do."""
