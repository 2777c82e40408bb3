# What the last day cost, from what was used and the dated prices of prices.yaml: known within minutes, where the bill
# comes after a day or more, so that a loop that reads a million documents is seen the same hour. List prices, before free
# tiers; without what does not grow with payments (load balancer, NAT, keys, storage).
locals {
  price_books = [for book in yamldecode(file("${path.module}/prices.yaml")).books : book if book.region == var.region]
  # A book is in force from the beginning of its day, in UTC. Books stand in the order of their days.
  books_in_force = [
    for book in local.price_books : book if timecmp("${substr(book.from, 0, 10)}T00:00:00Z", plantimestamp()) <= 0
  ]
  # Where there is no book for the region, that of the list's first region is the better guess than nothing.
  price_book = try(local.books_in_force[length(local.books_in_force) - 1], yamldecode(file("${path.module}/prices.yaml")).books[0])
  price      = { for name, one in local.price_book.prices : name => one.amount / one.per }

  gib         = pow(1024, 3)
  tib         = pow(1024, 4)
  on_database = "monitored_resource=\"firestore.googleapis.com/Database\""

  # Cost by what it is for: a metric that counts, and the price of one.
  usage = merge(
    {
      "Firestore reads"   = { metric = "firestore_googleapis_com:document_read_ops_count{${local.on_database}}", price = local.price.firestore_read }
      "Firestore writes"  = { metric = "firestore_googleapis_com:document_write_ops_count{${local.on_database}}", price = local.price.firestore_write }
      "Firestore deletes" = { metric = "firestore_googleapis_com:document_delete_ops_count{${local.on_database}}", price = local.price.firestore_delete }
      "Firestore expiry"  = { metric = "firestore_googleapis_com:document_ttl_deletion_count{${local.on_database}}", price = local.price.firestore_delete }
      "Pub/Sub publish"   = { metric = "pubsub_googleapis_com:topic_byte_cost{monitored_resource=\"pubsub_topic\"}", price = local.price.pubsub_delivery / local.tib }
      "Pub/Sub deliver"   = { metric = "pubsub_googleapis_com:subscription_byte_cost{monitored_resource=\"pubsub_subscription\"}", price = local.price.pubsub_delivery / local.tib }
      "Cloud Tasks"       = { metric = "cloudtasks_googleapis_com:queue_task_attempt_count{monitored_resource=\"cloud_tasks_queue\"}", price = local.price.tasks_operation }
      "Requests"          = { metric = "run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\"}", price = local.price.run_request }
      "Logs"              = { metric = "logging_googleapis_com:billing_bytes_ingested{monitored_resource=\"global\"}", price = local.price.logging_ingestion / local.gib }
    },
    # A second of an instance costs what its processors and its memory do.
    { for name, one in local.functions : "Function ${name}" => {
      metric = "run_googleapis_com:container_billable_instance_time{monitored_resource=\"cloud_run_revision\",service_name=\"${local.services[name]}\"}"
      price  = one.size.cpu * local.price.run_cpu + one.size.memory_mib / 1024 * local.price.run_memory
    } },
  )
  costs      = { for name, one in local.usage : name => "(sum(increase(${one.metric}[1d])) or vector(0)) * ${format("%.15f", one.price)}" }
  cost_a_day = join(" + ", [for name, query in local.costs : "(${query})"])
}
