"""Values worked out from one event alone: what its phone numbers, links, texts and prices say."""
