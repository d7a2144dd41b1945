"""What whoever runs the server does: back up, restore, purge, verify."""
