"""Snapshots, mails, uploads, clips and sounds of alarms: each off the engine's path, none delays another."""
