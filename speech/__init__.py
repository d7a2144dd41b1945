"""The audio side of Lafal: a recording and a text in, a sound-by-sound assessment out."""
