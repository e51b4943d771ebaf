"""What a person may set: the models, and how a file becomes them."""
