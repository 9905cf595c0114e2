import { existsSync, readFileSync } from 'node:fs';
import { AwsClient } from 'aws4fetch';
import { StartupError } from '#platform/config/startupError.ts';
import { underDeadline } from '#platform/http/underDeadline.ts';
import { sealedPrefix, type KeyProvider } from './keyProvider.ts';

export interface KmsOptions {
  /** Such as `https://kms.eu-central-1.amazonaws.com`. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that end (AWS STS). */
  readonly sessionToken?: string;
  /** Id, ARN or alias of the key that seals; opening needs none, since the sealed text names it. */
  readonly keyId?: string;
}

const patienceMs = 5_000;
const tries = 4;
const pauseMs = 250;
/** KMS seals texts up to this size itself. */
const longestSecret = 4_096;

/** Where the answer has the text that was asked for. KMS gives none that is empty. */
const resultOf = { Encrypt: 'CiphertextBlob', Decrypt: 'Plaintext' } as const;

/** What passes: throttling, a fault of the service, a connection that broke. */
const passes = (status: number, type: string): boolean =>
  status >= 500 || status === 429 || /Throttling|LimitExceeded|DependencyTimeout|KMSInternal/.test(type);

/**
 * The key service of AWS, by the JSON protocol of its API
 * (https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html). The name of the secret is its encryption
 * context, so that who may change the settings cannot have one secret opened in place of another.
 */
export function awsKms({ url, region, keyId, ...credentials }: KmsOptions): KeyProvider {
  const client = new AwsClient({ ...credentials, region, service: 'kms', retries: 0 });

  async function call(operation: keyof typeof resultOf, name: string, body: object): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(operation, body);
      if ('ok' in answer) return answer.ok;
      if (attempt === tries || !answer.passes)
        throw new StartupError(`${name} could not be ${operation === 'Encrypt' ? 'sealed' : 'opened'}: ${answer.why}.`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** attempt));
    }
  }

  async function ask(
    operation: keyof typeof resultOf,
    body: object,
  ): Promise<{ readonly ok: string } | { readonly why: string; readonly passes: boolean }> {
    try {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` };
      const { response, told } = await underDeadline(patienceMs, undefined, async (signal) => {
        const asked = { method: 'POST', headers, body: JSON.stringify(body), signal };
        const answer = await client.fetch(url, asked);
        return { response: answer, told: (await answer.json().catch(() => ({}))) as Record<string, string> };
      });
      if (response.ok) {
        // An answer that was cut off, or is a proxy's, has none. Taken for an empty secret, it would open every door.
        const ok = told[resultOf[operation]];
        return ok
          ? { ok }
          : { why: `the key service at ${url} answered ${response.status} without a text`, passes: true };
      }
      const type = told['__type']?.replace(/^.*#/, '') ?? '';
      return {
        why: `the key service at ${url} answered ${response.status} ${type}`.trimEnd(),
        passes: passes(response.status, type),
      };
    } catch (error) {
      return { why: `the key service at ${url} does not answer (${(error as Error).name})`, passes: true };
    }
  }

  const contextOf = (name: string) => ({ EncryptionContext: { secret: name } });
  return {
    async seal(name, secret) {
      if (Buffer.byteLength(secret) > longestSecret)
        throw new StartupError(`${name} is longer than the ${longestSecret} bytes that the key service seals.`);
      const blob = await call('Encrypt', name, {
        KeyId: keyId,
        Plaintext: Buffer.from(secret).toString('base64'),
        ...contextOf(name),
      });
      return `${sealedPrefix}${blob}`;
    },
    async open(name, sealed) {
      const text = await call('Decrypt', name, {
        CiphertextBlob: sealed.slice(sealedPrefix.length),
        ...contextOf(name),
      });
      return Buffer.from(text, 'base64').toString();
    },
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The key service that the settings `KMS_…` name.
 * @throws StartupError when there is none, or its credentials are missing
 */
export function keyProviderOf(environment: Environment, keyId?: string): KeyProvider {
  const { KMS_URL: url, KMS_REGION: region, KMS_CREDENTIALS_PATH: path } = environment;
  if (!url) throw new StartupError('A secret is sealed by a key service: set KMS_URL, and KMS_CREDENTIALS_PATH.');
  if (!path || !existsSync(path))
    throw new StartupError(
      'KMS_URL needs KMS_CREDENTIALS_PATH: a file with <access key id>:<secret access key>, and :<session token>.',
    );
  const [accessKeyId = '', secretAccessKey = '', sessionToken] = readFileSync(path, 'utf8').trim().split(':');
  return awsKms({
    url,
    region: region || 'us-east-1',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    ...(keyId && { keyId }),
  });
}
