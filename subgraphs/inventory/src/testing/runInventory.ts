import { runDoomed } from '#platform/testkit/runDoomed.ts';
import definition from '../main.ts';

/** What `suppliers/killed.int.test.ts` runs, and kills. */
await runDoomed(definition);
