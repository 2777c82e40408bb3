-- Days up to the one before the run's date, as far back as events may still arrive: the subscription keeps a message that
-- BigQuery does not take for seven days, and one day is for those who publish late. What a dead letter brings after
-- that is counted by a run for an earlier date ("schedule backfill" in the console). Running it again changes nothing.
MERGE `${project}.${dataset}.payments_daily` AS kept
USING (
  SELECT
    day,
    tenant,
    type,
    currency,
    SUM(events) AS events,
    COUNT(*) AS payments,
    SUM(amount_minor) AS amount_minor
  FROM (
    -- A payment may reach a state twice; its amount never changes.
    SELECT
      DATE(occurred_at) AS day,
      tenant,
      type,
      IFNULL(currency, 'XXX') AS currency,
      payment_id,
      COUNT(*) AS events,
      MAX(IFNULL(amount_minor, 0)) AS amount_minor
    FROM (
      -- Every event once, as in events_deduplicated.sql, but with the columns by name: the account that runs this may not
      -- read customers' ids, not even as a hash, and a MERGE that reads a column with a policy tag is refused then.
      -- https://cloud.google.com/bigquery/docs/column-level-security-writes
      SELECT occurred_at, tenant, type, currency, payment_id, amount_minor
      FROM `${project}.${dataset}.events`
      WHERE occurred_at >= TIMESTAMP(DATE_SUB(@run_date, INTERVAL 8 DAY))
        AND occurred_at < TIMESTAMP(@run_date)
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY event_id, occurred_at, tenant, type, payment_id
        ORDER BY publish_time, message_id
      ) = 1
    )
    GROUP BY day, tenant, type, currency, payment_id
  )
  GROUP BY day, tenant, type, currency
) AS found
ON kept.day = found.day
  AND kept.tenant = found.tenant
  AND kept.type = found.type
  AND kept.currency = found.currency
WHEN MATCHED THEN
  UPDATE SET events = found.events, payments = found.payments, amount_minor = found.amount_minor
WHEN NOT MATCHED THEN
  INSERT (day, tenant, type, currency, events, payments, amount_minor)
  VALUES (found.day, found.tenant, found.type, found.currency, found.events, found.payments, found.amount_minor)
