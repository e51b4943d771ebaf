"""Inputs that are microphones."""
