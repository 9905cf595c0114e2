import { describe } from 'vitest';
import { kafkaLacks } from '#platform/localBroker/kafkaJars.ts';

const lacking = kafkaLacks();

/**
 * As `describe`; where a broker cannot be run the tests are skipped, by name, saying why. In CI they are not, and fail.
 */
export function describeOnKafka(name: string, tests: () => void): void {
  if (lacking && !process.env['CI']) describe.skip(`${name} (skipped: ${lacking})`, tests);
  else describe(name, tests);
}
