"""What `ivr …` can do, one file a room. Each enters its commands; what they need is loaded when
one of them is given.
"""
