"""What calls out: carries the messages of the outbox to the bank, each way in its own file."""
