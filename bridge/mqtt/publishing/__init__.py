"""What goes out: `publisher.Publisher` keeps every topic of the device right."""
