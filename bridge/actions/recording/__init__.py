"""Clips: `recorder.CameraRecorder` runs one camera's recorder, `clip_store` is the folder and its card."""
