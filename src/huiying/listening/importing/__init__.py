"""Files that people already have, read row by row into the open format (C5.2 to C5.7, C5.16).

One module a format, all of them registered in `registry.py`. What a file is is told by what stands in it, never by its
name. A bad row costs itself only; what names a person never comes past this door (INV-10).
"""
