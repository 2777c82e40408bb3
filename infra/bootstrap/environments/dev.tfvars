# An environment that may be torn down, by CI too.
disposable = true

# github = { repository = "owner/name", repository_id = "123456789" }
