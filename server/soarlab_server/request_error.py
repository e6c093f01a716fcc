"""The one error that is the sender's to mend."""


class RequestError(Exception):
    """The request cannot be carried out; the message is for the person who sent it."""
