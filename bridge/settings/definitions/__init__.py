"""What a person may set, as the models that the core and every room read."""
