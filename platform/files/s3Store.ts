import { AwsClient } from 'aws4fetch';
import { underDeadline } from '#platform/http/underDeadline.ts';
import { requirePath, typeOfPath, type FileStore } from './fileStore.ts';

export interface S3Options {
  /** The address of the bucket, such as `https://pictures.s3.eu-central-1.amazonaws.com` or `http://minio:9000/pictures`. */
  readonly bucketUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const patienceMs = 10_000;
const tries = 3;

/** The answer without its body. */
async function left(response: Response): Promise<Pick<Response, 'ok' | 'status'>> {
  await response.body?.cancel();
  return response;
}

/** The answer with its body, which is empty unless the request succeeded. */
async function taken(response: Response): Promise<Pick<Response, 'ok' | 'status'> & { bytes: Uint8Array }> {
  const { ok, status } = response.ok ? response : await left(response);
  return { ok, status, bytes: ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array() };
}

/** Files in a bucket of S3, or of a server that speaks its protocol. They are stored as to be cached for ever. */
export function s3Store({ bucketUrl, region, ...keys }: S3Options): FileStore {
  const client = new AwsClient({ ...keys, region, service: 's3', retries: 0 });
  const base = bucketUrl.replace(/\/$/, '');

  /** Asks again after a fault that passes: a lost connection, a 5xx or a 429. All requests may be repeated. */
  async function ask<T>(path: string, init: RequestInit, read: (response: Response) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await underDeadline(patienceMs, undefined, async (signal) => {
          const response = await client.fetch(`${base}/${path}`, { ...init, signal });
          const passes = response.status >= 500 || response.status === 429;
          return passes && attempt < tries ? void (await left(response)) : { value: await read(response) };
        });
        if (answer) return answer.value;
      } catch (error) {
        if (attempt === tries) throw error;
      }
    }
  }

  return {
    async put(path, { bytes, type }) {
      requirePath(path);
      const headers = { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' };
      const { ok, status } = await ask(path, { method: 'PUT', body: Buffer.from(bytes), headers }, left);
      if (!ok) throw new Error(`the bucket answered ${status} when ${path} was stored`);
    },
    async get(path) {
      const type = typeOfPath(path);
      if (type === undefined) return undefined;
      const { ok, status, bytes } = await ask(path, { method: 'GET' }, taken);
      if (ok) return { bytes, type };
      if (status === 404) return undefined;
      throw new Error(`the bucket answered ${status} when ${path} was read`);
    },
  };
}
