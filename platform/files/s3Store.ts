import { AwsClient } from 'aws4fetch';
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

/** Files in a bucket of S3, or of a server that speaks its protocol. They are stored as to be cached for ever. */
export function s3Store({ bucketUrl, region, ...keys }: S3Options): FileStore {
  const client = new AwsClient({ ...keys, region, service: 's3', retries: 0 });
  const base = bucketUrl.replace(/\/$/, '');

  /** Asks again after a fault that passes: a lost connection, a 5xx or a 429. All requests may be repeated. */
  async function ask(path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await client.fetch(`${base}/${path}`, { ...init, signal: AbortSignal.timeout(patienceMs) });
        if (attempt === tries || (response.status < 500 && response.status !== 429)) return response;
        await response.body?.cancel();
      } catch (error) {
        if (attempt === tries) throw error;
      }
    }
  }

  return {
    async put(path, { bytes, type }) {
      requirePath(path);
      const headers = { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' };
      const response = await ask(path, { method: 'PUT', body: Buffer.from(bytes), headers });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the bucket answered ${response.status} when ${path} was stored`);
    },
    async get(path) {
      const type = typeOfPath(path);
      if (type === undefined) return undefined;
      const response = await ask(path, { method: 'GET' });
      if (response.ok) return { bytes: new Uint8Array(await response.arrayBuffer()), type };
      await response.body?.cancel();
      if (response.status === 404) return undefined;
      throw new Error(`the bucket answered ${response.status} when ${path} was read`);
    },
  };
}
