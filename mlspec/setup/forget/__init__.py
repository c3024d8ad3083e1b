"""Where a person's rows went: snapshots, versions, deployments, and the plan to go on without them. Nothing is changed."""
