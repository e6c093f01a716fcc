"""The error for what the sender can fix."""


class RequestError(Exception):
    """The request cannot be carried out; the message is for the person who sent it."""
