import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import type { Tree } from '../against/tree.ts';

const instant = z.iso.datetime();

const format = z.strictObject({
  exported: instant,
  documents: z.array(
    z.strictObject({
      partner: z.string().min(1),
      app: z.string().min(1),
      /** What the app sends. */
      id: z.string().min(1),
      /** The name of the operation; each text under the same name is another version. */
      name: z.string().min(1),
      version: z.int(),
      status: z.enum(['pending', 'active', 'retired']),
      /** Until when a document that is retired is executed. */
      sunset: instant.optional(),
      text: z.string(),
    }),
  ),
});

/** Documents that clients registered at the running system, as `documents export` writes them. */
export type RegisteredDocuments = z.infer<typeof format>;

/** Where the documents lie that clients of a channel registered at the running system. */
export const registeredFile = (channel: string): string => `bffs/${channel}/registered.json`;

/** @throws StartupError that names the file and what is wrong */
export function readRegistered(text: string, file: string): RegisteredDocuments {
  try {
    return format.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new StartupError(`${file} is no export of documents: ${why} Write it by "documents export".`);
  }
}

/** A state in which the file of a channel has this text. They were registered at no commit: both states have it. */
export const withRegistered = (tree: Tree, channel: string, text: string | undefined): Tree => ({
  ...tree,
  read: (path) => (path === registeredFile(channel) ? text : tree.read(path)),
});

/** An export that is older leaves out what partners have registered in the meantime. */
const freshDays = 7;

/** What of partners' documents the check does not see: all without an export, and what is newer than an old one. */
export function unseenDocuments(channel: string, text: string | undefined, now: Date): string[] {
  const file = registeredFile(channel);
  const make = 'Write it by "documents export".';
  if (text === undefined)
    return [`What clients of ${channel} registered at the running system: there is no ${file}. ${make}`];
  const { exported } = readRegistered(text, file);
  const days = Math.floor((now.getTime() - Date.parse(exported)) / 86_400_000);
  return days <= freshDays
    ? []
    : [`What clients of ${channel} registered within ${days} days: the export is of ${exported.slice(0, 10)}. ${make}`];
}
