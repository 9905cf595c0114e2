-- Jobs that partners brought although they were to be called off: few of all, counted for the metrics.
CREATE INDEX "partner_job_not_called_off" ON "partner_job" ("created_at") WHERE "status" = 'NOT_CALLED_OFF';
