"""Pictures of a camera: `source` chooses HTTP or a stream, `shared_camera` asks once for one instant."""
