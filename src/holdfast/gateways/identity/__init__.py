"""Who verifies the identity of people: providers over HTTP, OpenID providers, and the face provider of this machine."""
