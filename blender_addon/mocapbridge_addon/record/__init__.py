# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of motion kept as columns of numbers until they are written as keys."""
