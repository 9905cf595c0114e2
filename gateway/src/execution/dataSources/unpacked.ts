import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { UnusableAnswer } from './unusableAnswer.ts';

const unpackers = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** Nobody asks for packed answers, but some proxies pack them all the same. */
export async function unpacked(bytes: Buffer, encoding: string, maxOutputLength: number): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return bytes;
  const unpack = unpackers.get(name);
  if (!unpack) throw new UnusableAnswer(`it answered in the encoding ${encoding}`);
  return unpack(bytes, { maxOutputLength });
}
