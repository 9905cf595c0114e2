import { StartupError } from '#platform/config/startupError.ts';
import type { EventSchema } from '../contracts/eventSchema.ts';

/** The part of a Confluent-compatible registry of schemas that is used here, by its REST API. */
export class SchemaRegistry {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param address of the API, such as `http://localhost:8081`; a name and a password in it go into a header */
  constructor(address: string) {
    const url = new URL(address);
    const { username, password } = url;
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    this.#headers = {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      ...(username !== '' && { authorization: `Basic ${credentials.toString('base64')}` }),
    };
    url.username = '';
    url.password = '';
    this.#url = url.href.replace(/\/$/, '');
  }

  /** The newest schema of a subject; undefined for one that is not there. */
  async latest(subject: string): Promise<EventSchema | undefined> {
    const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`);
    if (answer.status === 404) return undefined;
    return JSON.parse(((await this.#good(answer)) as { schema: string }).schema) as EventSchema;
  }

  /** Whether the registry itself would take the schema as the next version of the subject. */
  async accepts(subject: string, schema: EventSchema): Promise<boolean> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest`;
    const answer = await this.#good(await this.#ask('POST', path, asJson(schema)));
    return (answer as { is_compatible: boolean }).is_compatible;
  }

  /**
   * Registers the schema; the same again changes nothing.
   * @throws StartupError with the registry's reason if it refuses the schema
   */
  async register(subject: string, schema: EventSchema): Promise<void> {
    await this.#good(await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}/versions`, asJson(schema)));
  }

  /** Lets the registry refuse what those who read any earlier version could not read. */
  async keepForward(subject: string): Promise<void> {
    const path = `/config/${encodeURIComponent(subject)}`;
    await this.#good(await this.#ask('PUT', path, { compatibility: 'FORWARD_TRANSITIVE' }));
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, {
        method,
        headers: this.#headers,
        signal: AbortSignal.timeout(10_000),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error };
      throw new StartupError(`The registry at ${this.#url} does not answer: ${cause?.message ?? message}.`);
    }
  }

  async #good(answer: Response): Promise<unknown> {
    if (answer.ok) return answer.json();
    const text = (await answer.text()).slice(0, 500);
    throw new StartupError(`The registry answered ${answer.status} to ${new URL(answer.url).pathname}: ${text}`);
  }
}

/** Registries know JSON Schema up to draft 7; what our schemas use is the same there. */
const draft7 = 'http://json-schema.org/draft-07/schema#';

const asJson = (schema: EventSchema) => ({
  schemaType: 'JSON',
  schema: JSON.stringify({ ...schema, $schema: draft7 }),
});
