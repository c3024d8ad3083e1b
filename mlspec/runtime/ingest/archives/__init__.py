"""Archives (ZIP, tar): the members that a pattern names, as files to be read. Nothing is unpacked to where its name says.

`members`: which are meant, and which can't be; `unpack`: their content, as scratch files within bounds.
"""
