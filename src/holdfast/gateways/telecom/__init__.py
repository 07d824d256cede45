"""Mobile operators that speak the published APIs of CAMARA (GSMA Open Gateway): one small file an API.

What an operator does not know, may not tell or does not serve is unknown, and never clean.
"""
