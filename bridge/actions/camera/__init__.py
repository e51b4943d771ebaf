"""Pictures of a camera: `source` chooses HTTP or a stream, `shared_camera` merges requests of one instant."""
