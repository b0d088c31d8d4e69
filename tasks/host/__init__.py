"""The host: one process a folder that keeps the programs of the sites on this machine running.

What is to run are records in its folder (`wanted/`), what runs are others (`seen/`); nobody talks to it. It can
be killed at any moment: the programs go on, and the next host takes them over.
"""
