import { z } from 'zod';
import { fileStoreOf, fileStoreSettings } from '#platform/files/fileStoreSettings.ts';
import type { FileStore } from '#platform/files/fileStore.ts';

export const config = z.object({
  ...fileStoreSettings.shape,
  MENU_IMAGE_BASE_URL: z
    .url()
    .default('http://localhost:4002/images')
    .describe(
      'public address of /images of the web channel, or of a CDN or bucket with the same files; the path of each picture of the menu is appended to it',
    ),
});

/** Where the pictures of items are kept. */
export const filesOf = (domain: { readonly config: Readonly<Record<string, unknown>> }): FileStore =>
  fileStoreOf(domain.config);
