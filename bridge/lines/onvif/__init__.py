"""Lines in cameras, over ONVIF: a process of its own speaks with the cameras, the driver with that process.

In the process: `envelope`, `requests`, `notifications`, `topics` and `properties` are pure; `client` makes one
request, `pull_point` is the life of a subscription, `presence` asks whether anything answers, and `watched_camera`
has one camera as a whole. In the daemon: `child`, `driver`, `relay`.

Home Assistant's library (onvif-zeep-async) was tried on the same cameras. It logs in with WS-UsernameToken alone, so a
camera that asks for HTTP digest stays shut; it takes the device service to be at /onvif/device_service, whatever
the settings say; and with 16 cameras its process has 64 MB, this one a third of that. What it does well, tolerance,
is here a table of habits (`tests/servers/onvif_camera.py`).
"""
