"""The whole set-up as one archive: settings and sounds, and, sealed with a pass phrase, the secrets."""
