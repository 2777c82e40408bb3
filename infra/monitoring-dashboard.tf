# One page on which whoever is called sees where it hurts. Rows of charts from left to right; a function that is added has
# its own row, a subscription its own line.
locals {
  run_of      = "monitored_resource=\"cloud_run_revision\",service_name=~\"${join("|", values(local.services))}\""
  of_events   = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"${join("|", keys(local.event_subscriptions))}\""
  of_kept     = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"${join("|", local.dead_letter_subscriptions)}\""
  of_queues   = "monitored_resource=\"cloud_tasks_queue\",queue_id=~\"${join("|", keys(local.alerted.queue))}\""
  requests    = "run_googleapis_com:request_count"
  latencies   = "run_googleapis_com:request_latencies_bucket"
  window      = "[$${__interval}]"
  chart_lines = { for name, one in local.log_series : name => "${one.metric}${one.of}${local.window}" }

  # Rows: charts by title, each a list of queries; `line` draws a limit.
  rows = concat(
    [
      [
        { title = "Requests a second, by function", queries = ["sum by (service_name) (rate(${local.requests}{${local.run_of}}${local.window}))"] },
        { title = "Share of requests answered with an error, by function", queries = ["sum by (service_name) (rate(${local.requests}{${local.run_of},response_code_class=\"5xx\"}${local.window})) / sum by (service_name) (rate(${local.requests}{${local.run_of}}${local.window}))"] },
        { title = "95th percentile of latency in ms, by function", queries = ["histogram_quantile(0.95, sum by (service_name, le) (rate(${local.latencies}{${local.run_of}}${local.window})))"] },
      ],
      [
        { title = "Payments a second, by step and state", queries = ["sum by (step, state) (rate(${local.chart_lines.steps_done}))"] },
        { title = "Asked for again, by code", queries = ["sum by (code) (increase(${local.chart_lines.asked_again}))"] },
        { title = "Overdue payments", queries = [local.queries.last.overdue] },
        { title = "Open cases", queries = [local.queries.last.cases_open], line = var.limits.cases_open_max },
      ],
      [
        { title = "Oldest message in s, by subscription", queries = ["max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.of_events}})"], line = var.limits.oldest_message_s_max },
        { title = "Backlog, by subscription", queries = ["max by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{${local.of_events}})"] },
        { title = "Tasks in queue", queries = ["max by (queue_id) (cloudtasks_googleapis_com:queue_depth{${local.of_queues}})"] },
        { title = "Task attempts a second, by answer", queries = ["sum by (queue_id, response_code) (rate(cloudtasks_googleapis_com:queue_task_attempt_count{${local.of_queues}}${local.window}))"] },
      ],
      [
        { title = "Dead letters", queries = ["max by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{${local.of_kept}})"] },
        { title = "In quarantine", queries = [local.queries.last.quarantine_open] },
        { title = "Currencies whose books do not balance", queries = ["sum(increase(${local.queries.sum.books_unbalanced}[7h])) / sum(increase(${local.queries.count.books_unbalanced}[7h]))"] },
        { title = "Age of the lists in hours", queries = [local.queries.last.lists_age_h], line = var.limits.lists_age_h_max },
      ],
      [
        { title = "ACH return rate, as a part of its limit", queries = [local.queries.last.return_rate_of_limit], line = 1 },
        { title = "Breaks found, and statements refused", queries = ["sum(increase(${local.queries.sum.breaks_opened}${local.window}))", "sum(increase(${local.queries.sum.statements_refused}${local.window}))"] },
        { title = "Callbacks not believed, by rail", queries = ["sum by (rail) (increase(${local.chart_lines.callbacks_not_believed}))"] },
        { title = "Firestore calls a second, by answer", queries = ["sum by (response_code) (rate(firestore_googleapis_com:api_request_count{${local.on_database}}${local.window}))"] },
      ],
      [
        { title = "Cost of the last day in ${local.price_book.currency}", queries = [local.cost_a_day], line = var.limits.cost_a_day_max },
        { title = "Cost of the last day, by what for", queries = [for name, query in local.costs : "label_replace(${query}, \"what\", \"${name}\", \"\", \"\")"], stacked = true },
        { title = "Documents written in a run, by step", queries = ["sum by (step) (increase(${local.queries.sum.step_writes}${local.window})) / sum by (step) (increase(${local.queries.count.step_writes}${local.window}))"] },
        { title = "Documents read in a run, by step", queries = ["sum by (step) (increase(${local.queries.sum.step_reads}${local.window})) / sum by (step) (increase(${local.queries.count.step_reads}${local.window}))"] },
      ],
    ],
    [for name, service in local.services : [
      { title = "${name}: requests a second, by answer", queries = ["sum by (response_code_class) (rate(${local.requests}{monitored_resource=\"cloud_run_revision\",service_name=\"${service}\"}${local.window}))"] },
      { title = "${name}: median and 99th percentile of latency in ms", queries = [for quantile in ["0.5", "0.99"] : "histogram_quantile(${quantile}, sum by (le) (rate(${local.latencies}{monitored_resource=\"cloud_run_revision\",service_name=\"${service}\"}${local.window})))"] },
      { title = "${name}: instances", queries = ["sum by (state) (run_googleapis_com:container_instance_count{monitored_resource=\"cloud_run_revision\",service_name=\"${service}\"})"], line = local.functions[name].size.instances_max },
      { title = "${name}: 99th percentile of memory in use", queries = ["histogram_quantile(0.99, sum by (le) (rate(run_googleapis_com:container_memory_utilizations_bucket{monitored_resource=\"cloud_run_revision\",service_name=\"${service}\"}${local.window})))"], line = 1 },
    ]],
  )

  # A page is 48 columns wide: https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#MosaicLayout
  tiles = flatten([for y, row in local.rows : [for x, chart in row : {
    xPos   = x * floor(48 / length(row))
    yPos   = y * 14
    width  = floor(48 / length(row))
    height = 14
    widget = {
      title = chart.title
      xyChart = {
        dataSets = [for query in chart.queries : {
          plotType        = try(chart.stacked, false) ? "STACKED_AREA" : "LINE"
          targetAxis      = "Y1"
          timeSeriesQuery = { prometheusQuery = query }
        }]
        thresholds = [for limit in try([chart.line], []) : { value = limit, targetAxis = "Y1" }]
      }
    }
  }]])
  # Who changed what, in words: the lines that the alerts on access match.
  access_log = {
    xPos   = 0
    yPos   = length(local.rows) * 14
    width  = 48
    height = 16
    widget = { title = "Changes by people", logsPanel = {
      filter        = "log_id(\"cloudaudit.googleapis.com/activity\") AND NOT protoPayload.authenticationInfo.principalEmail=~\"gserviceaccount\\.com$\""
      resourceNames = ["projects/${local.project_number}"]
    } }
  }
}

resource "google_monitoring_dashboard" "pipeline" {
  dashboard_json = jsonencode({
    displayName  = "Clearway ${var.environment}"
    labels       = { for name, value in local.labels : name => value }
    mosaicLayout = { columns = 48, tiles = concat(local.tiles, [local.access_log]) }
  })

  depends_on = [google_logging_metric.this]
}
