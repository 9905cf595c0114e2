import { until } from '#platform/testkit/until.ts';
import { openExplorer, type ExplorerAnswer, type ExplorerTab, type OpenExplorer } from './openExplorer.ts';

/** What is only there once somebody has made it, with documents that the explorer has, too. */
const madeFirst = ['MembershipScreen', 'MembershipPage', 'MembershipChangeQuote', 'ParkedEvent'];
/** Refused for what the seed is like, which the answer explains: each category of it has items. */
const explained = ['RetireMenuCategory'];
/**
 * Take away what other documents need, so that they run at the end, each once. Whoever has signed out everywhere opens
 * the page again: a token of the second in which they did is refused.
 */
const endings = ['SignOutEverywhere', 'EraseMe', 'EraseCustomer', 'CloseStore'];

interface Run {
  readonly channel: string;
  readonly url: string;
  readonly explorer: OpenExplorer;
  readonly tab: ExplorerTab;
}

/** Runs all that the explorers of these channels open with, and returns what does not run as it is shown. */
export async function explorerProblems(
  channels: readonly (readonly [name: string, url: string])[],
): Promise<unknown[]> {
  const runs: Run[] = [];
  for (const [channel, url] of channels) {
    const explorer = await openExplorer(url);
    if (explorer.tabs.length < 4) throw new Error(`the explorer of ${channel} has ${explorer.tabs.length} documents`);
    runs.push(...explorer.tabs.map((tab) => ({ channel, url, explorer, tab })));
  }
  const places = runs.map(({ tab: { name, operation } }) => [operation === 'mutation', endings.indexOf(name)] as const);
  const read = runs.filter((_, at) => !places[at]![0]);
  const change = runs.filter((_, at) => places[at]![0] && places[at]![1] === -1);
  const problems: unknown[] = [];
  for (const run of [...read, ...change]) {
    const problem = await problemOf(run);
    if (problem !== undefined) problems.push({ channel: run.channel, document: run.tab.name, problem });
  }
  for (const name of endings) {
    const run = runs.find(({ tab }) => tab.name === name);
    if (run)
      await until(async () => (await problemOf({ ...run, explorer: await openExplorer(run.url) })) === undefined, {
        what: `${name} to run as it is shown`,
        timeoutMs: 30_000,
      });
  }
  return problems;
}

async function problemOf({ explorer, tab }: Run): Promise<unknown> {
  const answer = await explorer.run(tab).catch(({ message }: Error): ExplorerAnswer => ({ errors: [{ message }] }));
  return problemIn(tab, answer);
}

/** What is wrong with an answer: an error, nothing where something must be, or variables that are not valid. */
function problemIn({ name, operation }: ExplorerTab, { data, errors }: ExplorerAnswer): unknown {
  if (errors?.length) return errors;
  const fields = Object.values(data ?? {});
  if (fields.length === 0 || (fields.includes(null) && !madeFirst.includes(name))) return data ?? null;
  const outcomes = fields.map((field) => (field as { __typename?: string } | null)?.__typename ?? '');
  const refused = operation === 'mutation' && outcomes.some((outcome) => /Invalid|Problem/.test(outcome));
  return refused && !explained.includes(name) ? data : undefined;
}
