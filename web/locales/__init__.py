"""Every sentence a person sees, one catalogue a language."""
