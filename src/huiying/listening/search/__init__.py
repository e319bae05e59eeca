"""Finding posts by words: an index beside the store, kept by a process of its own and always rebuilt from the posts.

`tokens` says what is asked, `sqlite` and `postgres` keep the index, `indexing` brings it forward, `asking` answers.
"""
