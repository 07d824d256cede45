"""The pure kernel: facts in, judgement out; the same code live, in replay and in training."""
