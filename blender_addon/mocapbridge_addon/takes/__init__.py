# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with motion: mocapbridge's takes, packed or as lines, and BVH."""
