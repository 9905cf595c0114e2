import { useState, type FormEvent } from 'react';
import type {
  PingWebhookEndpointMutation,
  RegisterWebhookEndpointMutation,
  ReplayWebhooksMutation,
  SetWebhookEndpointStateMutation,
  WebhookDeliveriesQuery,
} from '#generated/bffs/partner/operations.ts';
import pingWebhookEndpoint from '../../operations/pingWebhookEndpoint.graphql';
import registerWebhookEndpoint from '../../operations/registerWebhookEndpoint.graphql';
import replayWebhooks from '../../operations/replayWebhooks.graphql';
import setWebhookEndpointState from '../../operations/setWebhookEndpointState.graphql';
import webhookDeliveries from '../../operations/webhookDeliveries.graphql';
import { Copyable, Problem, Table, When } from './parts.tsx';
import type { PaneProps } from './Portal.tsx';
import { successOf, useDocument, useSession } from './session.ts';

const types = [
  ...['STORE_OPENED', 'STORE_DETAILS_CHANGED', 'STORE_HOURS_CHANGED', 'STORE_ORDERING_CHANGED', 'STORE_CLOSED'],
  ...['MENU_ITEM_CHANGED', 'MENU_ITEM_AVAILABILITY_CHANGED', 'DELIVERY_TERMS_CHANGED', 'ORDER_STATUS_CHANGED'],
] as const;

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
  const replay = async (endpointId: string, id: string): Promise<void> => {
    const answer = await ask<ReplayWebhooksMutation>(replayWebhooks, { input: { endpointId, ids: [id] } });
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
            </div>
            <Table label={`Deliveries to ${url}`} heads={['What', 'State', 'Happened', 'Sent and answered', 'Action']}>
              {deliveries.edges.map(({ node }) => (
                <DeliveryRow key={node.id} delivery={node} onReplay={() => void replay(id, node.id)} />
              ))}
            </Table>
          </section>
        )),
      )}
      <h2>A new endpoint</h2>
      <form className="card" onSubmit={(event) => void register(event)}>
        <label htmlFor="hook-app">App</label>
        <select id="hook-app" name="app">
          {account.apps.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <label htmlFor="hook-url">Address, https in production</label>
        <input id="hook-url" name="url" type="url" required />
        <label htmlFor="hook-types">What it is told of</label>
        <select id="hook-types" name="type" multiple required size={types.length}>
          {types.map((type) => (
            <option key={type}>{type}</option>
          ))}
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
