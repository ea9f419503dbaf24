"""The people of a workspace, their teams and regions, and how they and their programs sign in."""
