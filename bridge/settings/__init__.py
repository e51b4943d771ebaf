"""What a person may set: the models, and how a file becomes them."""

import os

# Before pydantic is imported: looking for plugins reads the metadata of every installed package,
# which outputs would wait for, and no code but ours belongs between the file and the settings.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
