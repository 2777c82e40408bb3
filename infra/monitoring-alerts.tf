# Alerts are described in monitoring/alerts/*.yaml, and in monitoring/each/*.yaml those that there are one of for each
# subscription, queue, job, function or host. Every one has its entry in RUNBOOK.md, which it carries as its text.
locals {
  # In PromQL a metric of several resource types needs its type: https://cloud.google.com/monitoring/promql/promql-mapping
  log_series = { for name, one in local.log_metrics : name => {
    metric = "logging_googleapis_com:user_clearway_${name}"
    of     = "{monitored_resource=\"${try(one.resource, "cloud_run_revision")}\"}"
  } }
  queries = {
    lines = { for name, one in local.log_series : name => "${one.metric}${one.of}" }
    sum   = { for name, one in local.log_series : name => "${one.metric}_sum${one.of}" }
    count = { for name, one in local.log_series : name => "${one.metric}_count${one.of}" }
    # The timer says these every five minutes. A mean over three of them survives a line that comes late.
    last = { for name, one in local.log_series :
      name => "(sum(increase(${one.metric}_sum${one.of}[15m])) / sum(increase(${one.metric}_count${one.of}[15m])))"
    }
    cost_a_day = local.cost_a_day
    limits     = var.limits
  }

  # What there is one alert of for each: file below monitoring/each, by the instance's name.
  alerted = {
    subscription = local.event_subscriptions
    dead_letters = { for name in local.dead_letter_subscriptions : name => {} }
    queue = { for one in values(local.by_kind.tasks) : one.trigger.queue => {
      owner                 = one.owner
      dispatches_per_second = one.trigger.rate.max_dispatches_per_second
    } }
    job = merge([for one in values(local.by_kind.scheduler) : { for job in one.trigger.jobs : job.name => {
      owner        = one.owner
      failures_max = startswith(job.schedule, "*") ? 2.5 : 0.5
      jobs_failed  = "logging_googleapis_com:user_clearway_jobs_failed{monitored_resource=\"cloud_scheduler_job\",job_id=\"${job.name}\"}"
    } }]...)
    function = { for name, one in local.functions : name => { owner = one.owner, service = local.services[name] } }
    scaled = { for name, one in local.functions : name => {
      owner         = one.owner
      service       = local.services[name]
      instances_max = one.size.instances_max
    } if one.size.instances_max > 1 }
    endpoint = { for name, one in local.by_kind.http : name => { owner = one.owner, service = local.services[name] } }
    host     = { for name in var.probed_hosts : name => {} }
  }

  alerts_of_all = merge([
    for file in fileset("${path.module}/monitoring/alerts", "*.yaml") :
    { for key, alert in yamldecode(templatefile("${path.module}/monitoring/alerts/${file}", local.queries)) :
      key => merge(alert, { entry = key })
    }
  ]...)
  alerts_of_each = merge(flatten([
    for kind, instances in local.alerted : [
      for name, values in instances : {
        for key, alert in yamldecode(templatefile("${path.module}/monitoring/each/${kind}.yaml", merge(values, { name = name, limits = var.limits }))) :
        "${key}/${name}" => merge(alert, { entry = key })
      }
    ]
  ])...)
  alerts = { for key, alert in merge(local.alerts_of_all, local.alerts_of_each) : key => {
    title            = alert.title
    severity         = alert.severity
    owner            = alert.owner
    entry            = alert.entry
    query            = try(trimspace(alert.query), null)
    log              = try(trimspace(alert.log), null)
    for_s            = try(alert.for_s, 0)
    evaluate_every_s = try(alert.evaluate_every_s, 60)
  } }
  log_alerts = yamldecode(file("${path.module}/monitoring/alerts/access.yaml"))

  # RUNBOOK.md by entry: the text between a heading of the second level and the next one.
  runbook = { for part in slice(split("\n## ", file("${path.module}/RUNBOOK.md")), 1, length(split("\n## ", file("${path.module}/RUNBOOK.md")))) :
    trimspace(split("\n", part)[0]) => trimspace(join("\n", slice(split("\n", part), 1, length(split("\n", part)))))
  }
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name = "Clearway ${var.environment}: ${each.value.title}"
  combiner     = "OR"
  severity     = each.value.severity
  notification_channels = concat(
    [google_monitoring_notification_channel.owner[each.value.owner].name],
    lookup(var.channels_by_severity, each.value.severity, []),
  )
  user_labels = merge(local.labels, { alert = each.value.entry, owner = each.value.owner })

  conditions {
    display_name = each.value.title

    dynamic "condition_prometheus_query_language" {
      for_each = each.value.query[*]
      content {
        query               = condition_prometheus_query_language.value
        duration            = "${each.value.for_s}s"
        evaluation_interval = "${each.value.evaluate_every_s}s"
        # In an empty project no metric has a value yet.
        disable_metric_validation = true
      }
    }

    dynamic "condition_matched_log" {
      for_each = each.value.log[*]
      content {
        filter = condition_matched_log.value
        label_extractors = each.key == "certificate-expiring" ? {} : {
          method    = "EXTRACT(protoPayload.methodName)"
          principal = "EXTRACT(protoPayload.authenticationInfo.principalEmail)"
          resource  = "EXTRACT(protoPayload.resourceName)"
        }
      }
    }
  }

  alert_strategy {
    # An incident whose metric fell silent closes by itself after a day; one whose cause is gone closes at once.
    auto_close = "86400s"

    dynamic "notification_rate_limit" {
      for_each = each.value.log[*]
      content {
        period = "300s"
      }
    }
  }

  documentation {
    subject   = "[${each.value.severity}] Clearway ${var.environment}: ${each.value.title}"
    content   = lookup(local.runbook, each.value.entry, "")
    mime_type = "text/markdown"

    links {
      display_name = "Runbook"
      url          = "${var.runbook_url}#${each.value.entry}"
    }
  }

  lifecycle {
    precondition {
      condition     = contains(keys(var.owners), each.value.owner)
      error_message = "The alert ${each.key} belongs to ${each.value.owner}, which has no address in the variable owners."
    }
    precondition {
      # https://cloud.google.com/monitoring/alerts/doc-alerts: 8,192 bytes.
      condition     = contains(keys(local.runbook), each.value.entry) && length(lookup(local.runbook, each.value.entry, "")) < 8000
      error_message = "The alert ${each.key} needs an entry ${each.value.entry} in RUNBOOK.md, of less than 8,000 characters."
    }
  }

  depends_on = [google_logging_metric.this]
}
