"""targets/github_actions"""
