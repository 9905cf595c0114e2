import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';

const instant = z.iso.datetime();

/** `name@version` of a client, such as `kiosk-app@2.4.0`. It is also the name of the release's file. */
export const releaseName = /^[a-z0-9][a-z0-9.-]{0,62}@[A-Za-z0-9][A-Za-z0-9.+_-]{0,62}$/;

const releaseFile = z.strictObject({
  client: z.string(),
  version: z.string(),
  /** `pending`: checked, and not executed yet; `active`: executed; `retired`: executed until `sunset`, then refused. */
  status: z.enum(['pending', 'active', 'retired']),
  published: instant,
  /** Since when the release is announced to end. */
  retired: instant.optional(),
  sunset: instant.optional(),
  /** The release that its users should move to. */
  successor: z.string().regex(releaseName).optional(),
  documents: z.array(
    z.strictObject({
      /** What the client sends. */
      id: z.string().regex(/^[\w.:-]{1,128}$/),
      name: z.string(),
      description: z.string().optional(),
      text: z.string(),
    }),
  ),
});

/** The documents that one build of a client was made with: a file `bffs/<channel>/releases/<client>@<version>.json`. */
export type Release = z.infer<typeof releaseFile>;

export const releasesFolder = 'releases';

export const nameOfRelease = ({ client, version }: Pick<Release, 'client' | 'version'>): string =>
  `${client}@${version}`;

/** @throws StartupError that names the file and what is wrong */
export function readRelease(text: string, file: string): Release {
  let release: Release;
  try {
    release = releaseFile.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new StartupError(`${file} is no release of a client: ${why}`);
  }
  if (!file.endsWith(`${nameOfRelease(release)}.json`))
    throw new StartupError(`${file} holds ${nameOfRelease(release)}: name the file after it.`);
  if (release.status === 'retired' && release.sunset === undefined)
    throw new StartupError(`${file} is retired and has no \`sunset\`.`);
  return release;
}

/** Whether the channel executes the documents of a release at a moment. */
export const isExecuted = ({ status, sunset }: Pick<Release, 'status' | 'sunset'>, now: Date): boolean =>
  status === 'active' || (status === 'retired' && sunset !== undefined && now < new Date(sunset));

/** All releases in a folder, by the name of their files. */
export function loadReleases(folder: URL): Release[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readRelease(readFileSync(new URL(file, folder), 'utf8'), file));
}
