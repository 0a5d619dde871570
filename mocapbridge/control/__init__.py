"""Steering a run from outside: control sockets for programs, over ZeroMQ and OSC."""
