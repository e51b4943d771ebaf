"""Inputs that are the health of this very device."""
