"""A simulated ONVIF camera, as a program of its own: `python -m bridge.cli.demo.camera SOCKET BOUND`.

It knows nothing of the bridge's client: the two meet on the wire alone.
"""
