"""Measurements of the product, each printing a table that names the machine and the command."""
