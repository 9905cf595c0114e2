import { z } from 'zod';
import { jsonOverHttp } from '#platform/outward/jsonOverHttp.ts';
import { CounterpartUnavailable, type Outward } from '#platform/outward/outward.ts';
import type { ShortMessage, Texting } from './texting.ts';

const problem = z.object({ error: z.object({ code: z.string().regex(/^[a-z_]{1,60}$/) }) });
/** The codes of a receiver who does not exist (any more). Nothing is sent to them again. */
const gone = new Set(['unknown_number', 'unsubscribed', 'no_devices']);

interface Gateway {
  readonly url: string;
  readonly apiKey: string;
  readonly outward: Outward;
  readonly path: '/v1/sms' | '/v1/push';
  readonly body: (message: ShortMessage) => object;
}

/** A gateway of short messages by its REST API (`sandbox/textingGateway/README.md`). It holds no state. */
const gateway = ({ url, apiKey, outward, path, body }: Gateway): Texting => ({
  async send(message) {
    try {
      const answer = await jsonOverHttp(
        { url, outward, headers: { authorization: `Bearer ${apiKey}` } },
        {
          method: 'POST',
          path,
          body: body(message),
          headers: { 'idempotency-key': message.id },
          idempotent: true,
        },
      );
      if (answer.status < 300) return { outcome: 'sent' };
      const reason = problem.safeParse(answer.body).data?.error.code ?? String(answer.status);
      // A wrong API key is ours to mend; until then messages wait.
      if (answer.status === 401 || answer.status === 403) return { outcome: 'later', reason };
      return { outcome: gone.has(reason) ? 'bounced' : 'refused', reason };
    } catch (error) {
      if (error instanceof CounterpartUnavailable) return { outcome: 'later', reason: error.message };
      throw error;
    }
  },
});

type Connection = Pick<Gateway, 'url' | 'apiKey' | 'outward'>;

export const smsGateway = (connection: Connection): Texting =>
  gateway({ ...connection, path: '/v1/sms', body: ({ to, text }) => ({ to, text }) });

export const pushGateway = (connection: Connection): Texting =>
  gateway({ ...connection, path: '/v1/push', body: ({ to, title, text }) => ({ user: to, title, text }) });
