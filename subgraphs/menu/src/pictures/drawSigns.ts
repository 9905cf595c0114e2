import { createHash } from 'node:crypto';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Image } from '../catalogue.ts';
import { imageLibrary, variantOf, variants, webp } from './makePicture.ts';

const columns = 8;
const rows = 6;

/** A pattern of coloured fields that follows from the name, and so is the same on every run. */
function pattern(name: string): Buffer {
  const hash = createHash('sha256').update(name).digest();
  const colours = [0, 3, 6].map((at) => [...hash.subarray(at, at + 3)].map((part) => 60 + Math.round(part / 1.6)));
  const fields = Array.from({ length: columns * rows }, (_, at) => {
    // Mirrored, so that it looks like a sign and not like noise.
    const column = Math.min(at % columns, columns - 1 - (at % columns));
    return colours[(hash[9 + ((Math.floor(at / columns) * 4 + column) % 22)] ?? 0) % colours.length]!;
  });
  return Buffer.from(fields.flat());
}

/** Draws a sign for each name in all sizes, and stores it. */
export async function drawSigns(files: FileStore, names: readonly string[]): Promise<Map<string, readonly Image[]>> {
  const sharp = await imageLibrary();
  const signs = new Map<string, readonly Image[]>();
  for (const name of names) {
    const drawn = await Promise.all(
      variants.map(async ([size, width]) =>
        variantOf(
          size,
          width,
          await sharp(pattern(name), { raw: { width: columns, height: rows, channels: 3 } })
            .resize(width, (width * 3) / 4, { kernel: 'nearest' })
            .webp({ lossless: true, effort: 0 })
            .toBuffer(),
        ),
      ),
    );
    await Promise.all(drawn.map(({ image, bytes }) => files.put(image.path, webp(bytes))));
    signs.set(
      name,
      drawn.map(({ image }) => image),
    );
  }
  return signs;
}
