import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  isExecuted,
  loadReleases,
  nameOfRelease,
  readRelease,
  releaseName,
  releasesFolder,
  type Release,
} from '#gateway/documents/release.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { workingTree, type Tree } from '#schema/check/against/tree.ts';
import { releaseProblems } from '#schema/check/review/releaseProblems.ts';
import { filesBelow, root as repository } from '../generate/task.ts';
import { readManifest, type ListedDocument } from '../generate/manifests.ts';
import { readGiven } from '../system/readGiven.ts';

/** Which release is meant: `client` is `name@version`. `root` is the folder of the clone. */
export interface ReleaseRef {
  readonly channel: string;
  readonly client: string;
  readonly root?: string;
}

interface Published extends ReleaseRef {
  readonly manifest?: string | undefined;
}

const fileOf = ({ channel, client }: ReleaseRef): string => `bffs/${channel}/${releasesFolder}/${client}.json`;

const write = ({ root = repository, ...ref }: ReleaseRef, release: Release): void => {
  const file = join(root, fileOf(ref));
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(release, undefined, 2)}\n`);
};

/**
 * Records what a build sends as a pending release.
 * @throws StartupError if the release exists, or a document is not one that the channel would execute
 */
export async function publish({ manifest, ...ref }: Published, now = new Date()): Promise<string> {
  const { root = repository, channel, client } = ref;
  if (!releaseName.test(client))
    throw new StartupError(`"${client}" is no name of a release: write <client>@<version>, such as kiosk-app@2.4.0.`);
  if (existsSync(join(root, fileOf(ref))))
    throw new StartupError(`${fileOf(ref)} exists already: a release never changes. Give the build another version.`);
  const [name = '', version = ''] = client.split('@');
  const release: Release = {
    client: name,
    version,
    status: 'pending',
    published: now.toISOString(),
    documents: documentsIn(manifest, channel),
  };
  if (release.documents.length === 0) throw new StartupError(`${manifest ?? channel} has no documents.`);
  const text = `${JSON.stringify(release, undefined, 2)}\n`;
  readRelease(text, `${client}.json`);
  const problems = await releaseProblems(repository, channel, withFile(workingTree(repository), fileOf(ref), text));
  if (problems.length > 0)
    throw new StartupError(
      `${client} cannot be published, since the channel ${channel} would not execute it:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    );
  write(ref, release);
  return `${fileOf(ref)}: ${release.documents.length} documents, pending. Commit it; "documents activate" has the channel execute them.`;
}

function documentsIn(manifest: string | undefined, channel: string): ListedDocument[] {
  const files =
    manifest === undefined
      ? filesBelow(`bffs/${channel}/operations`)
          .filter((file) => file.endsWith('.graphql'))
          .map((file) => join(repository, file))
      : [manifest];
  try {
    return files.flatMap((file) => readManifest(readGiven(file), file));
  } catch (error) {
    throw new StartupError((error as Error).message);
  }
}

const withFile = (tree: Tree, file: string, text: string): Tree => ({
  ...tree,
  read: (path) => (path === file ? text : tree.read(path)),
  list: (folder) => (file.startsWith(`${folder}/`) ? [...tree.list(folder), file].sort() : tree.list(folder)),
});

function present({ root = repository, ...ref }: ReleaseRef): Release {
  const file = join(root, fileOf(ref));
  if (!existsSync(file))
    throw new StartupError(`there is no release ${ref.client} of ${ref.channel}: publish it first.`);
  return readRelease(readFileSync(file, 'utf8'), fileOf(ref));
}

/** Has the channel execute a release, from the next deployment on; a retired one is taken back by it. */
export function activate(ref: ReleaseRef): string {
  const { retired: _retired, sunset: _sunset, successor: _successor, ...release } = present(ref);
  write(ref, { ...release, status: 'active' });
  return `${ref.client} is active. Commit ${fileOf(ref)}; the next deployment of ${ref.channel} executes its documents.`;
}

/** Announces the end of a release. */
export function retire(
  { sunset, successor, ...ref }: ReleaseRef & { readonly sunset: string; readonly successor?: string | undefined },
  now = new Date(),
): string {
  const end = new Date(sunset);
  if (Number.isNaN(end.getTime()))
    throw new StartupError(`"${sunset}" is no instant: write one such as 2026-12-31T00:00:00Z.`);
  const release = present(ref);
  if (release.status === 'pending')
    throw new StartupError(`${ref.client} is pending: nobody sends it. Delete ${fileOf(ref)} instead.`);
  if (successor !== undefined) present({ ...ref, client: successor });
  write(ref, {
    ...release,
    status: 'retired',
    retired: release.retired ?? now.toISOString(),
    sunset: end.toISOString(),
    ...(successor !== undefined && { successor }),
  });
  return `${ref.client} is executed until ${end.toISOString()}, with the headers Deprecation and Sunset, and then refused with 410. Commit ${fileOf(ref)}.`;
}

/** A table of all releases of some channels. */
export function listed(channels: readonly string[], root: string = repository, now = new Date()): string {
  const rows = channels.flatMap((channel) =>
    loadReleases(pathToFileURL(join(root, `bffs/${channel}/${releasesFolder}/`))).map((release) => [
      channel,
      nameOfRelease(release),
      release.status === 'retired' && !isExecuted(release, now) ? 'ended' : release.status,
      `${release.documents.length} documents`,
      [release.sunset && `until ${release.sunset}`, release.successor && `then ${release.successor}`]
        .filter(Boolean)
        .join(', '),
    ]),
  );
  if (rows.length === 0) return 'No release is recorded: each channel executes the documents in its operations/.';
  return rows.map((row) => row.join('  ').trimEnd()).join('\n');
}
