"""Listens to any of the protocols, in a receiver's place: decodes, shows and checks what comes."""
