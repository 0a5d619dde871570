# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands to the program that sends the motion."""
