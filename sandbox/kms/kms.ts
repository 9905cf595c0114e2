import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsV4Signer } from 'aws4fetch';

export interface KmsSandbox {
  readonly url: string;
  /** How many of the next requests are answered with ThrottlingException. */
  throttle(requests: number): void;
  /** How often each operation was asked for. */
  readonly asked: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

interface Asked {
  readonly KeyId?: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly NumberOfBytes?: number;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

class Refused extends Error {
  readonly status: number;
  constructor(type: string, status = 400) {
    super(type);
    this.status = status;
  }
}

const tokenBytes = 12;
const tagBytes = 16;
const mark = Buffer.from('kms1');

/**
 * A key service for development and tests that speaks the JSON protocol of AWS KMS (Encrypt, Decrypt,
 * GenerateDataKey): a real HTTP server that checks each request's signature (SigV4), as AWS does. Its keys are in
 * memory, so that what it sealed is lost when it ends.
 */
export async function startKms(options: {
  readonly port: number;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that end (AWS STS): without it they are good for nothing. */
  readonly sessionToken?: string;
  /** Ids of the keys that there are. */
  readonly keyIds: readonly string[];
}): Promise<KmsSandbox> {
  const keys = new Map(options.keyIds.map((id) => [id, randomBytes(32)]));
  const asked: Record<string, number> = {};
  let throttled = 0;

  const contextOf = ({ EncryptionContext = {} }: Asked): Buffer =>
    Buffer.from(JSON.stringify(Object.entries(EncryptionContext).sort(([a], [b]) => (a < b ? -1 : 1))));
  /** By which a sealed text names its key. */
  const nameOf = (id: string): Buffer => createHash('sha256').update(id).digest().subarray(0, 8);

  function seal(plain: Buffer, request: Asked): { CiphertextBlob: string; KeyId: string } {
    const key = keys.get(request.KeyId ?? '');
    if (!key) throw new Refused('NotFoundException');
    const nonce = randomBytes(tokenBytes);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(contextOf(request));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    const sealed = Buffer.concat([mark, nameOf(request.KeyId!), nonce, cipher.getAuthTag(), body]);
    return { CiphertextBlob: sealed.toString('base64'), KeyId: request.KeyId! };
  }

  function open(request: Asked): { Plaintext: string; KeyId: string } {
    const sealed = Buffer.from(request.CiphertextBlob ?? '', 'base64');
    const id = [...keys.keys()].find((each) => nameOf(each).equals(sealed.subarray(4, 12)));
    if (!id || !sealed.subarray(0, 4).equals(mark)) throw new Refused('InvalidCiphertextException');
    const [nonce, tag, body] = [sealed.subarray(12, 24), sealed.subarray(24, 24 + tagBytes), sealed.subarray(40)];
    try {
      const decipher = createDecipheriv('aes-256-gcm', keys.get(id)!, nonce, { authTagLength: tagBytes })
        .setAAD(contextOf(request))
        .setAuthTag(tag);
      return { Plaintext: Buffer.concat([decipher.update(body), decipher.final()]).toString('base64'), KeyId: id };
    } catch {
      throw new Refused('InvalidCiphertextException');
    }
  }

  const operations: Readonly<Record<string, (request: Asked) => object>> = {
    Encrypt: (request) => seal(Buffer.from(request.Plaintext ?? '', 'base64'), request),
    Decrypt: open,
    GenerateDataKey(request) {
      const plain = randomBytes(request.NumberOfBytes ?? 32);
      return { ...seal(plain, request), Plaintext: plain.toString('base64') };
    },
  };

  async function answer(request: IncomingMessage): Promise<object> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (request.headers['x-amz-security-token'] !== options.sessionToken)
      throw new Refused('UnrecognizedClientException');
    if (!(await isSigned(request, body))) throw new Refused('InvalidSignatureException');
    const name = /^TrentService\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!operation) throw new Refused('UnknownOperationException');
    asked[name] = (asked[name] ?? 0) + 1;
    if (throttled > 0) {
      throttled -= 1;
      throw new Refused('ThrottlingException');
    }
    return operation(JSON.parse(body) as Asked);
  }

  /** Signs the request anew, and compares. */
  async function isSigned(request: IncomingMessage, body: string): Promise<boolean> {
    const said = new Headers(request.headers as Record<string, string>);
    const names = (/SignedHeaders=([^,]+)/.exec(said.get('authorization') ?? '')?.[1] ?? '')
      .split(';')
      .filter((name) => name !== 'host' && name !== 'x-amz-date');
    const signed = await new AwsV4Signer({
      accessKeyId: options.accessKeyId,
      secretAccessKey: options.secretAccessKey,
      service: 'kms',
      region: options.region,
      method: request.method ?? '',
      url: `http://${request.headers.host}${request.url}`,
      datetime: said.get('x-amz-date') ?? '',
      headers: Object.fromEntries(names.map((name) => [name, said.get(name) ?? ''])),
      body,
    }).sign();
    return signed.headers.get('authorization') === said.get('authorization');
  }

  const server = createServer((request, response) => {
    const reply = (status: number, told: object): void =>
      void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(told));
    answer(request).then(
      (told) => reply(200, told),
      (error: unknown) => reply(error instanceof Refused ? error.status : 500, { __type: (error as Error).message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    throttle: (requests) => void (throttled = requests),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
