"""What stands outside, made small: a mail server and the bots of three services, for demos and tests.

They speak the documented protocols, refuse what the real ones refuse, and remember what came in.
"""
