"""The administrator's pages of training."""
