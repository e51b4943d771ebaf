"""The loudspeaker: `speaker.Speaker` plays the newest sound, `library` is the folder of clips."""
