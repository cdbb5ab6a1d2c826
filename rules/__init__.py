"""Core: the rule language: what people write about the news they want, and which stories fulfil it.

    texts ── load ──▶ RuleBook ── match(story, heard) ──▶ Match(rule, reasons)

`grammar` reads a match into `clauses`, `sense` finds those that can never hold, `index` finds the rules that a story
may fulfil, `explanation` says why. `files` is the one shell: it reads the disk. Start at `book`.
"""
