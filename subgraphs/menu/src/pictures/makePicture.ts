import { createHash } from 'node:crypto';
import type SharpLibrary from 'sharp';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Image } from '../catalogue.ts';

/** The sizes in which each picture is kept, in the proportion 4 to 3. */
export const variants = [
  ['SMALL', 160],
  ['MEDIUM', 480],
  ['LARGE', 1_200],
] as const;

/** The most bytes that an upload may have. A whole request of the channel of staff must hold them in base64. */
export const mostBytes = 1_000_000;
/** A file of a few bytes can claim any size, and would take its pixels' memory when it is opened. */
const mostPixels = 24_000_000;
const leastWidth = 160;
const patienceSeconds = 10;

export type Picture =
  | { readonly kind: 'picture'; readonly images: readonly Image[] }
  | { readonly kind: 'refused'; readonly message: string };

const refused = (message: string): Picture => ({ kind: 'refused', message });

/** What a file is by its first bytes, whatever it is called. */
function formatOf(bytes: Buffer): 'jpeg' | 'png' | 'webp' | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))) return 'png';
  return bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP' ? 'webp' : undefined;
}

type Sharp = typeof SharpLibrary;
let loaded: Promise<Sharp> | undefined;

/** The library for pictures, which can open what we take and nothing else. It is loaded when it is first needed. */
export const imageLibrary = (): Promise<Sharp> =>
  (loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({
      operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
    });
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  }));

/** Pictures are opened one after the other, so that many uploads at once take the memory of one. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work, work);
  turn = mine.catch(() => undefined);
  return mine;
}

/**
 * Makes the variants of an uploaded picture and stores them. Every variant is drawn anew from the pixels: nothing else
 * of the upload is kept, neither where and when it was taken nor what was hidden behind the picture.
 */
export async function makePicture(files: FileStore, upload: Uint8Array): Promise<Picture> {
  const bytes = Buffer.from(upload);
  if (bytes.length > mostBytes) return refused(`A picture has at most ${mostBytes.toLocaleString('en')} bytes.`);
  const format = formatOf(bytes);
  if (!format) return refused('This is no JPEG, PNG or WebP picture.');
  return inTurn(() => draw(files, bytes, format));
}

async function draw(files: FileStore, bytes: Buffer, format: string): Promise<Picture> {
  const sharp = await imageLibrary();
  const open = () => sharp(bytes, { limitInputPixels: mostPixels, failOn: 'truncated', sequentialRead: true });
  const made: { image: Image; bytes: Buffer }[] = [];
  try {
    // This reads the head of the file only, and so no pixels.
    const about = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (about.format !== format) return refused('This is no JPEG, PNG or WebP picture.');
    if (about.width * about.height > mostPixels)
      return refused(`A picture has at most ${mostPixels.toLocaleString('en')} pixels.`);
    if (Math.min(about.width, about.height) < leastWidth)
      return refused(`A picture is at least ${leastWidth} pixels wide and high.`);
    for (const [size, width] of variants)
      made.push(
        variantOf(
          size,
          width,
          await open()
            .timeout({ seconds: patienceSeconds })
            .autoOrient()
            .resize(width, (width * 3) / 4, { fit: 'cover' })
            .webp({ quality: 78 })
            .toBuffer(),
        ),
      );
  } catch {
    return refused('The picture cannot be read: it is damaged, too large, or takes too long to open.');
  }
  await Promise.all(made.map(({ image, bytes: variant }) => files.put(image.path, webp(variant))));
  return { kind: 'picture', images: made.map(({ image }) => image) };
}

export const webp = (bytes: Uint8Array) => ({ bytes, type: 'image/webp' });

/** A variant and the path at which it is kept, which follows from its bytes. */
export function variantOf(size: Image['size'], width: number, bytes: Buffer): { image: Image; bytes: Buffer } {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const path = `menu/${hash}-${width}.webp`;
  return { image: { size, path, width, height: (width * 3) / 4, bytes: bytes.length }, bytes };
}
