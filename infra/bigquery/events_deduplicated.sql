-- Every event once: delivery and publication are at least once, and the earliest publication is kept.
--
-- An event's id follows from payment and version, so it alone tells events apart. The columns after it never differ
-- between repetitions of one event. They stand here because an engine may move a reader's filter below a window
-- function only if it filters by the window's partition columns: without them every query would read the whole table.
SELECT *
FROM `${project}.${dataset}.events`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY event_id, occurred_at, tenant, type, payment_id
  ORDER BY publish_time, message_id
) = 1
