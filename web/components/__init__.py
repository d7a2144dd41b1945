"""Parts of a page: a template, its script and the frozen values that fill it."""
