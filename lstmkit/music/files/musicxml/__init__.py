"""MusicXML files as scores: the tree, its bars and signs, its chord symbols."""
