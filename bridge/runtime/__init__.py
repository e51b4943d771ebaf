"""Asyncio around the core: the engine's loop, supervision, clocks."""
