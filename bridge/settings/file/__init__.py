"""The settings file on the disk: `file_sync.FileSync` keeps it and the settings in force the same."""
