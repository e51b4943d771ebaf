"""Inputs that are made of other inputs."""
