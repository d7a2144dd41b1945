"""The text side of Lafal: a sentence in, the phones it asks for out; no audio, no model."""
