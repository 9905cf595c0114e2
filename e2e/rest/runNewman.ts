import newman from 'newman';

export interface NewmanReport {
  readonly requests: number;
  /** The assertions that failed: the name of the request, and what was expected of its answer. */
  readonly failures: readonly string[];
}

/** Runs a Postman collection by Newman, one request after the other. `values` are its variables. */
export function runNewman(collection: object, values: Readonly<Record<string, string>>): Promise<NewmanReport> {
  return new Promise((resolve, reject) => {
    newman.run(
      {
        collection: collection as newman.NewmanRunOptions['collection'],
        envVar: Object.entries(values).map(([key, value]) => ({ key, value })),
        timeoutRequest: 30_000,
        // A token must not follow a redirect to elsewhere.
        ignoreRedirects: true,
      } as newman.NewmanRunOptions,
      (error, { run }) => {
        if (error) return reject(error);
        resolve({
          requests: run.stats.requests.total ?? 0,
          failures: run.failures.map(
            ({ source, error: { message } }) => `${(source as { name?: string } | undefined)?.name}: ${message}`,
          ),
        });
      },
    );
  });
}
