"""The operating system's network and disk, where two rooms need them: TCP, TLS, back-off, files, threads for disks."""
