import { useState, type FormEvent } from 'react';
import type {
  PingWebhookEndpointMutation,
  RegisterWebhookEndpointMutation,
  RemoveWebhookEndpointMutation,
  ReplayWebhooksMutation,
  RotateWebhookSecretMutation,
  SetWebhookEndpointStateMutation,
  WebhookDeliveriesQuery,
} from '#generated/bffs/partner/operations.ts';
import pingWebhookEndpoint from '../../operations/pingWebhookEndpoint.graphql';
import registerWebhookEndpoint from '../../operations/registerWebhookEndpoint.graphql';
import removeWebhookEndpoint from '../../operations/removeWebhookEndpoint.graphql';
import replayWebhooks from '../../operations/replayWebhooks.graphql';
import rotateWebhookSecret from '../../operations/rotateWebhookSecret.graphql';
import setWebhookEndpointState from '../../operations/setWebhookEndpointState.graphql';
import webhookDeliveries from '../../operations/webhookDeliveries.graphql';
import { Copyable, Problem, Table, When } from './parts.tsx';
import type { PaneProps } from './Portal.tsx';
import { webhookTypes } from './references.ts';
import { successOf, useDocument, useSession } from './session.ts';

/** A test, which is not kept to be sent again: there is a button for another one. */
const pingType = 'webhook.ping';

type Delivery = NonNullable<
  WebhookDeliveriesQuery['myPartnerAccount']
>['apps'][number]['webhookEndpoints'][number]['deliveries']['edges'][number]['node'];

/** The endpoints of all apps, what was sent to each and what it answered. */
export function WebhooksPane({ account }: PaneProps) {
  const { ask } = useSession();
  const { data, problem, reload } = useDocument<WebhookDeliveriesQuery>(webhookDeliveries, { first: 20 }, 5_000);
  const [told, setTold] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const [appId, setAppId] = useState(account.apps[0]?.id ?? '');
  const say = async (message: string): Promise<void> => {
    setTold(message);
    await reload();
  };
  const register = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const answer = await ask<RegisterWebhookEndpointMutation>(registerWebhookEndpoint, {
      input: { appId: form.get('app'), url: form.get('url'), eventTypes: form.getAll('type') },
    });
    const outcome =
      answer.kind === 'good'
        ? successOf(answer.data.registerWebhookEndpoint, 'RegisterWebhookEndpointSuccess')
        : answer;
    setSecret(outcome.kind === 'good' ? outcome.data.secret : undefined);
    await say(outcome.kind === 'good' ? 'The endpoint is registered.' : outcome.message);
  };
  const ping = async (id: string): Promise<void> => {
    const answer = await ask<PingWebhookEndpointMutation>(pingWebhookEndpoint, { input: { id } });
    const outcome =
      answer.kind === 'good' ? successOf(answer.data.pingWebhookEndpoint, 'PingWebhookEndpointSuccess') : answer;
    await say(outcome.kind === 'good' ? 'A test message is on its way.' : outcome.message);
  };
  const setState = async (id: string, state: 'ACTIVE' | 'DISABLED'): Promise<void> => {
    const answer = await ask<SetWebhookEndpointStateMutation>(setWebhookEndpointState, { input: { id, state } });
    const outcome =
      answer.kind === 'good'
        ? successOf(answer.data.setWebhookEndpointState, 'SetWebhookEndpointStateSuccess')
        : answer;
    await say(outcome.kind === 'good' ? `The endpoint is ${state.toLowerCase()}.` : outcome.message);
  };
  const rotate = async (id: string): Promise<void> => {
    const answer = await ask<RotateWebhookSecretMutation>(rotateWebhookSecret, { input: { id } });
    const outcome =
      answer.kind === 'good' ? successOf(answer.data.rotateWebhookSecret, 'RotateWebhookSecretSuccess') : answer;
    setSecret(outcome.kind === 'good' ? outcome.data.secret : undefined);
    await say(outcome.kind === 'good' ? 'For a day, messages are signed with both secrets.' : outcome.message);
  };
  const remove = async (id: string, url: string): Promise<void> => {
    if (!confirm(`${url} is sent nothing any more, and what was sent to it is forgotten. Remove it?`)) return;
    const answer = await ask<RemoveWebhookEndpointMutation>(removeWebhookEndpoint, { input: { id } });
    const outcome =
      answer.kind === 'good' ? successOf(answer.data.removeWebhookEndpoint, 'RemoveWebhookEndpointSuccess') : answer;
    await say(outcome.kind === 'good' ? 'The endpoint is removed.' : outcome.message);
  };
  const replay = async (endpointId: string, which: ReplayChoice): Promise<void> => {
    const answer = await ask<ReplayWebhooksMutation>(replayWebhooks, { input: { endpointId, ...which } });
    const outcome = answer.kind === 'good' ? successOf(answer.data.replayWebhooks, 'ReplayWebhooksSuccess') : answer;
    await say(outcome.kind === 'good' ? `${outcome.data.count} sent again.` : outcome.message);
  };
  const apps = data?.myPartnerAccount?.apps ?? [];
  return (
    <>
      <p role="status">{told}</p>
      <Problem text={problem} />
      {secret !== undefined && (
        <div className="secret">
          <p>This secret checks the signatures of messages. It is shown this once.</p>
          <Copyable text={secret} label="the secret of the endpoint" />
        </div>
      )}
      {apps.flatMap((app) =>
        app.webhookEndpoints.map(({ id, url, state, disabledBecause, failingSince, deliveries }) => (
          <section className="card" key={id} aria-label={`Endpoint ${url}`}>
            <h3>
              {app.name}: <code>{url}</code>
            </h3>
            <p>
              {state} {disabledBecause} {failingSince && 'Nothing has got through since '}
              {failingSince && <When at={failingSince} />}
            </p>
            <div className="row">
              <button type="button" onClick={() => void ping(id)}>
                Send a test
              </button>
              <button type="button" onClick={() => void setState(id, state === 'ACTIVE' ? 'DISABLED' : 'ACTIVE')}>
                {state === 'ACTIVE' ? 'Disable' : 'Enable'}
              </button>
              <button type="button" onClick={() => void rotate(id)}>
                Make a new secret
              </button>
              <button type="button" onClick={() => void remove(id, url)}>
                Remove
              </button>
            </div>
            <Replay id={id} onReplay={(which) => void replay(id, which)} />
            <Table
              label={`Deliveries to ${url}`}
              heads={['What', 'State', 'Happened', 'Sent and answered', 'Action']}
              none="Nothing was sent to it yet."
            >
              {deliveries.edges.map(({ node }) => (
                <DeliveryRow key={node.id} delivery={node} onReplay={() => void replay(id, { ids: [node.id] })} />
              ))}
            </Table>
          </section>
        )),
      )}
      <h2>A new endpoint</h2>
      <form className="card" onSubmit={(event) => void register(event)}>
        <label htmlFor="hook-app">App</label>
        <select id="hook-app" name="app" value={appId} onChange={({ target }) => setAppId(target.value)}>
          {account.apps.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <label htmlFor="hook-url">Address, https in production</label>
        <input id="hook-url" name="url" type="url" required />
        <label htmlFor="hook-types">What it is told of</label>
        <select id="hook-types" name="type" multiple required size={webhookTypes.length}>
          {webhookTypes.map(({ type, scope }) => {
            const may = account.apps.find(({ id }) => id === appId)?.scopes.includes(scope);
            return (
              <option key={type} value={type} disabled={!may}>
                {may ? type : `${type}: ask us for ${scope}`}
              </option>
            );
          })}
        </select>
        <div className="row">
          <button type="submit" className="primary">
            Register the endpoint
          </button>
        </div>
      </form>
    </>
  );
}

/** Which messages are sent again. */
type ReplayChoice = { readonly ids: readonly string[] } | { readonly from: string } | { readonly after: string };

/** Has everything sent again since a time, or since the last message that was processed. */
function Replay({ id, onReplay }: { readonly id: string; onReplay(which: ReplayChoice): void }) {
  const [since, setSince] = useState('');
  const [cursor, setCursor] = useState('');
  return (
    <details>
      <summary>Send again what was missed</summary>
      <div className="row">
        <label htmlFor={`since-${id}`}>What happened since</label>
        <input
          id={`since-${id}`}
          type="datetime-local"
          value={since}
          onChange={({ target }) => setSince(target.value)}
        />
        <button type="button" disabled={since === ''} onClick={() => onReplay({ from: new Date(since).toISOString() })}>
          Send again since then
        </button>
      </div>
      <div className="row">
        <label htmlFor={`cursor-${id}`}>
          After the message with this <code>webhook-cursor</code>
        </label>
        <input id={`cursor-${id}`} value={cursor} onChange={({ target }) => setCursor(target.value)} />
        <button type="button" disabled={cursor.trim() === ''} onClick={() => onReplay({ after: cursor.trim() })}>
          Send again after it
        </button>
      </div>
    </details>
  );
}

const DeliveryRow = ({ delivery, onReplay }: { readonly delivery: Delivery; onReplay(): void }) => (
  <tr>
    <td>
      {delivery.type}
      <br />
      <code>{delivery.object}</code>
    </td>
    <td>{delivery.state}</td>
    <td>
      <When at={delivery.happenedAt} />
    </td>
    <td>
      {delivery.body !== null && (
        <details>
          <summary>What was sent</summary>
          <pre>{JSON.stringify(JSON.parse(delivery.body), undefined, 2)}</pre>
        </details>
      )}
      {delivery.answers.map(({ at, status, milliseconds, problem, excerpt }) => (
        <div key={at}>
          {status ?? problem} after {milliseconds} ms {excerpt && <code>{excerpt}</code>}
        </div>
      ))}
    </td>
    <td>
      {delivery.state !== 'WAITING' && delivery.type !== pingType && (
        <button type="button" aria-label={`Send again: ${delivery.id}`} onClick={onReplay}>
          Send again
        </button>
      )}
    </td>
  </tr>
);
