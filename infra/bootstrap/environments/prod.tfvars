# Nothing that keeps state can be deleted in the deployer's name.
disposable = false

# github = { repository = "owner/name", repository_id = "123456789" }
