import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { FileStore, StoredFile } from '#platform/files/fileStore.ts';
import { drawSigns } from './drawSigns.ts';
import { makePicture, mostBytes } from './makePicture.ts';

const kept = new Map<string, StoredFile>();
const files: FileStore = {
  put: async (path, file) => void kept.set(path, file),
  get: async (path) => kept.get(path),
};

const photo = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#b3541e' } });

async function imagesOf(upload: Uint8Array) {
  const picture = await makePicture(files, upload);
  if (picture.kind === 'refused') throw new Error(picture.message);
  return picture.images;
}
const refusalOf = async (upload: Uint8Array) => {
  const picture = await makePicture(files, upload);
  return picture.kind === 'refused' ? picture.message : undefined;
};

/** A PNG that says it has so many pixels, and has none: opened in good faith, it takes the memory of all of them. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
function crc(bytes: Buffer): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

describe('a picture', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'of %s is kept as WebP in all sizes, under paths of its content',
    async (format) => {
      const images = await imagesOf(await photo(900, 700)[format]().toBuffer());
      expect(images.map(({ size, width, height }) => [size, width, height])).toEqual([
        ['SMALL', 160, 120],
        ['MEDIUM', 480, 360],
        ['LARGE', 1_200, 900],
      ]);
      for (const { path, width, height, bytes } of images) {
        const file = kept.get(path)!;
        expect(path).toMatch(new RegExp(`^menu/[0-9a-f]{32}-${width}\\.webp$`));
        expect(file.bytes).toHaveLength(bytes);
        expect(await sharp(file.bytes).metadata()).toMatchObject({ format: 'webp', width, height });
      }
    },
  );

  it('stands upright and keeps nothing of where it was taken, nor of what is hidden behind it', async () => {
    const turned = await photo(600, 900)
      .jpeg()
      .withExif({ IFD0: { Make: 'Camera of Ada' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const images = await imagesOf(Buffer.concat([turned, Buffer.from('<script>alert(1)</script>PK\x03\x04')]));
    for (const { path } of images) {
      const { bytes } = kept.get(path)!;
      expect(await sharp(bytes).metadata()).not.toHaveProperty('exif');
      expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/Ada|script|PK\x03\x04/);
    }
  });

  it.each([
    ['text', Buffer.from('not a picture')],
    ['nothing', Buffer.alloc(0)],
    [
      'an SVG that reads files',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
    ],
    ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00')],
    ['a JPEG by its first bytes only', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('<svg/>')])],
    ['an AVIF', Buffer.from('\0\0\0\x1cftypavif\0\0\0\0', 'latin1')],
  ])('is refused when it is %s', async (_, upload) => {
    const before = kept.size;
    expect(await refusalOf(upload)).toMatch(/no JPEG, PNG or WebP|cannot be read/);
    expect(kept.size).toBe(before);
  });

  it('is refused when it is too large in bytes or pixels, too small, or cut off', async () => {
    expect(await refusalOf(Buffer.alloc(mostBytes + 1))).toContain('1,000,000 bytes');
    expect(await refusalOf(bomb(30_000, 30_000))).toContain('24,000,000 pixels');
    expect(await refusalOf(bomb(5_000, 5_000))).toContain('24,000,000 pixels');
    expect(await refusalOf(await photo(159, 400).png().toBuffer())).toContain('at least 160');
    const whole = await photo(900, 700).jpeg().toBuffer();
    expect(await refusalOf(whole.subarray(0, whole.length / 2))).toContain('cannot be read');
  });
});

it('a sign is the same picture on every run, and another one for another name', async () => {
  const [first, again] = [await drawSigns(files, ['burgers', 'drinks']), await drawSigns(files, ['burgers', 'drinks'])];
  expect(again).toEqual(first);
  expect(first.get('burgers')![0]!.path).not.toBe(first.get('drinks')![0]!.path);
  for (const { path, bytes } of first.get('burgers')!) expect(kept.get(path)!.bytes).toHaveLength(bytes);
});
