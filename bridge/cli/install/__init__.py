"""`alarm2mqtt install` and `uninstall`: a service of a board with systemd, made and removed in one command.

A look at the machine (`seen`) and at the environment of this program (`environment`) gives a plan (`plan`,
`rollback`, `removal`): a list of steps, each of which has its words. `hands` carries steps out; a dry run only prints
the words.
"""
