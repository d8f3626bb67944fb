"""The publishing half: from a script in several languages to its pages. Never imports torch."""
