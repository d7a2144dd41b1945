"""Making the committed data of `phonemes` from its sources; never used when the product runs."""
