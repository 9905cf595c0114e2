import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { platformSettings } from '#platform/config/settings.ts';
import type { FileStore } from './fileStore.ts';
import { folderStore } from './folderStore.ts';
import { s3Store } from './s3Store.ts';

/** Where uploaded pictures are kept. Who stores them and who serves them read the same settings. */
export const fileStoreSettings = z.object({
  DATA_DIR: platformSettings.shape.DATA_DIR,
  FILES_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'folder of uploaded pictures; by default DATA_DIR/files. The menu and the web channel need the same one: with several machines share it, or take S3',
    ),
  FILES_S3_URL: z
    .url()
    .optional()
    .describe('address of a bucket of S3, or of what speaks its protocol, for uploaded pictures, instead of FILES_DIR'),
  FILES_S3_REGION: z.string().min(1).default('us-east-1').describe('region of the bucket, with FILES_S3_URL'),
  FILES_S3_CREDENTIALS_PATH: z
    .string()
    .min(1)
    .optional()
    .describe('file with `<access key id>:<secret access key>` of the bucket, with FILES_S3_URL'),
});

export type FileStoreSettings = Partial<z.output<typeof fileStoreSettings>>;

/** The store that the settings name. @throws StartupError when S3 is named and cannot be signed for */
export function fileStoreOf(settings: FileStoreSettings): FileStore {
  const { FILES_S3_URL, FILES_S3_REGION = 'us-east-1', FILES_S3_CREDENTIALS_PATH, FILES_DIR, DATA_DIR } = settings;
  if (FILES_S3_URL === undefined) return folderStore(FILES_DIR ?? join(DATA_DIR ?? '.data', 'files'));
  return s3Store({ bucketUrl: FILES_S3_URL, region: FILES_S3_REGION, ...credentialsIn(FILES_S3_CREDENTIALS_PATH) });
}

function credentialsIn(path: string | undefined): { accessKeyId: string; secretAccessKey: string } {
  let text = '';
  try {
    text = readFileSync(path ?? '', 'utf8').trim();
  } catch {
    throw new StartupError(`FILES_S3_CREDENTIALS_PATH is missing or cannot be read: FILES_S3_URL needs it.`);
  }
  const [, accessKeyId, secretAccessKey] = /^([^:\s]+):(\S+)$/.exec(text) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new StartupError(`The file of FILES_S3_CREDENTIALS_PATH must read <access key id>:<secret access key>.`);
  return { accessKeyId, secretAccessKey };
}
