"""The rules of asking: who may, what becomes of it, and how a conversation's tree is read."""
