import { workerData } from 'node:worker_threads';
import { claim, type HelperTask } from './composeHelpers.ts';
import { contractOf, manifests } from './composeSystem.ts';
import { CompositionFailed } from './compositionProblem.ts';
import { registeredSources } from './graphSource.ts';
import { keptComposition } from './keptComposition.ts';

const task = workerData as HelperTask;
const sources = registeredSources();

// From the end, since who asked begins at the front.
for (const manifest of (await manifests()).reverse()) {
  if (!task.names.includes(manifest.name) || !claim(task, manifest.name)) continue;
  try {
    const { sources: from, view } = contractOf(manifest, sources);
    keptComposition.channel(manifest, from, view);
  } catch (error) {
    // Who asked composes it again, and tells the problems.
    if (!(error instanceof CompositionFailed)) throw error;
  }
}
