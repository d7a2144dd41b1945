"""What a class practises: units of exercises, those that come with the product and those that teachers add."""
