"""Lines over HTTP: calls of other devices as inputs, and devices that obey requests as outputs."""
