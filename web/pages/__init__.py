"""Gradio pages, one a file."""
