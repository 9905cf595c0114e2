import type { Tree } from '../against/tree.ts';
import { releaseFindings } from '../documents/documentFindings.ts';
import { rulesOf, schemaOf, subjectOf } from './reviewSystem.ts';

/** What is wrong with the releases of a channel in a state, in words; empty if the channel would execute them all. */
export async function releaseProblems(root: string, channel: string, now: Tree): Promise<string[]> {
  const subject = await subjectOf(root);
  const manifest = subject.composed.manifests.find(({ name }) => name === channel);
  const { contract } = subject.composed.channels.get(channel) ?? {};
  if (!manifest || contract === undefined) return [`the contract of ${channel} does not compose: run schema:check.`];
  const rules = rulesOf({ name: channel, manifest, after: schemaOf(contract) }, subject);
  return releaseFindings(now, rules).map(({ message }) => message);
}
