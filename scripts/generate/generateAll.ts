import { availableParallelism } from 'node:os';
import { channelOperationTasks, resolverTypeTasks } from './codegenTasks.ts';
import { channelPlans } from './channelPlans.ts';
import { asyncApi } from './asyncApi.ts';
import { postman } from './postman.ts';
import { composeFile } from './composeFile.ts';
import { emailLayout } from './emailLayout.ts';
import { kongFile } from './kongFile.ts';
import { edgesPage } from './edgesPage.ts';
import { eventSchemas } from './eventSchemas.ts';
import { importSchemas } from './importSchemas.ts';
import { withGenerateLock } from './lock.ts';
import { manifests } from './manifests.ts';
import { permissionsPage } from './permissionsPage.ts';
import { retentionPage } from './retentionPage.ts';
import { prismaClients } from './prismaClients.ts';
import { openApi } from './openApi/openApi.ts';
import { pages } from './pages.ts';
import { restClient } from './restClient.ts';
import { restPage } from './restPage.ts';
import { prometheusFile } from './prometheusFile.ts';
import { protobuf } from './protobuf.ts';
import { supergraph } from './supergraph.ts';
import { settingsPage } from './settingsPage.ts';
import { removeStale, runTasks, type GenerateTask, type TaskReport } from './task.ts';

/** The tasks by stage: later stages read the outputs of earlier ones. */
const stages: readonly (() => GenerateTask[])[] = [
  () => [
    ...protobuf(),
    ...prismaClients(),
    ...resolverTypeTasks(),
    ...composeFile(),
    ...prometheusFile(),
    ...kongFile(),
    ...settingsPage(),
    ...edgesPage(),
    ...permissionsPage(),
    ...retentionPage(),
    ...restPage(),
    ...importSchemas(),
    ...eventSchemas(),
    ...asyncApi(),
    ...postman(),
    ...manifests(),
    ...emailLayout(),
  ],
  supergraph,
  () => [...channelOperationTasks(), ...openApi()],
  () => [...pages(), ...restClient()],
];

/**
 * Generates everything whose inputs changed. A failure stops only the tasks that depend on it, and is in the report.
 * Several processes may call this at once: they take turns, and the second finds nothing to do.
 * @param options.plans whether plans are made for the documents of channels, which takes longer than all else
 * together. Otherwise those that are out of date are removed, and channels plan when they have started.
 */
export function generateAll(
  log: (line: string) => void,
  { plans = false }: { readonly plans?: boolean } = {},
): Promise<TaskReport> {
  return withGenerateLock(async () => {
    const reports: TaskReport[] = [];
    for (const stage of [...stages, ...(plans ? [channelPlans] : [])])
      reports.push(await runTasks(stage(), Math.min(4, availableParallelism()), log));
    if (!plans) removeStale(channelPlans());
    return {
      made: reports.flatMap((report) => report.made),
      unchanged: reports.flatMap((report) => report.unchanged),
      failures: reports.flatMap((report) => report.failures),
    };
  });
}
