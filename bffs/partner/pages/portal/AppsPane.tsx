import { useState } from 'react';
import type { MakeApiKeyMutation, RevokeApiKeyMutation } from '#generated/bffs/partner/operations.ts';
import makeApiKey from '../../operations/makeApiKey.graphql';
import revokeApiKey from '../../operations/revokeApiKey.graphql';
import { Copyable, Problem, Table, When } from './parts.tsx';
import type { App, PaneProps } from './Portal.tsx';
import { successOf, useSession } from './session.ts';

/** The apps of the partner, and the keys of each. */
export const AppsPane = ({ account, quota, reload }: PaneProps) => (
  <>
    {quota && (
      <p className="quiet">
        Each app has {quota.requestsPerMinute} requests and {quota.mutationsPerMinute} fields of mutations a minute.
      </p>
    )}
    {account.apps.map((app) => (
      <OneApp key={app.id} app={app} reload={reload} />
    ))}
  </>
);

function OneApp({ app, reload }: { readonly app: App; reload(): Promise<void> }) {
  const { ask } = useSession();
  const [made, setMade] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [overlap, setOverlap] = useState('168');
  const make = async (): Promise<void> => {
    const answer = await ask<MakeApiKeyMutation>(makeApiKey, {
      input: { appId: app.id, overlapHours: Number(overlap) },
    });
    const outcome = answer.kind === 'good' ? successOf(answer.data.makeApiKey, 'MakeApiKeySuccess') : answer;
    setMade(outcome.kind === 'good' ? outcome.data.apiKey : undefined);
    setProblem(outcome.kind === 'bad' ? outcome.message : undefined);
    await reload();
  };
  const revoke = async (keyId: string): Promise<void> => {
    if (!confirm(`Programs that use ${keyId} are refused from now on. End it?`)) return;
    const answer = await ask<RevokeApiKeyMutation>(revokeApiKey, { input: { keyId } });
    const outcome = answer.kind === 'good' ? successOf(answer.data.revokeApiKey, 'RevokeApiKeySuccess') : answer;
    setProblem(outcome.kind === 'bad' ? outcome.message : undefined);
    await reload();
  };
  return (
    <section className="card" aria-label={`App ${app.name}`}>
      <h3>{app.name}</h3>
      <p className="quiet">
        Scopes: {app.scopes.join(', ') || 'none'}.{' '}
        {app.signing === 'REQUIRED' ? 'Its requests must be signed.' : 'A request may carry the key itself.'}
      </p>
      <Table
        label={`Keys of ${app.name}`}
        heads={['Key', 'Made', 'Ends', 'Last used', 'Action']}
        none="It has no key: make one."
      >
        {app.keys.map(({ id, madeAt, endsAt, lastUsedAt }) => (
          <tr key={id}>
            <td>
              <code>{id}</code>
            </td>
            <td>
              <When at={madeAt} />
            </td>
            <td>
              <When at={endsAt} none="no end set" />
            </td>
            <td>
              <When at={lastUsedAt} none="never" />
            </td>
            <td>
              {(!endsAt || new Date(endsAt) > new Date()) && (
                <button type="button" aria-label={`End ${id}`} onClick={() => void revoke(id)}>
                  End
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      <div className="row">
        <label htmlFor={`overlap-${app.id}`}>Keys that it has go on for</label>
        <select id={`overlap-${app.id}`} value={overlap} onChange={({ target }) => setOverlap(target.value)}>
          <option value="168">a week</option>
          <option value="24">a day</option>
          <option value="0">no longer: they end at once</option>
        </select>
        <button type="button" className="primary" onClick={() => void make()}>
          Make a key
        </button>
      </div>
      <Problem text={problem} />
      {made !== undefined && (
        <div className="secret" role="status">
          <p>This is the whole key. It is shown this once: keep it where you keep secrets.</p>
          <Copyable text={made} label="the new key" />
          <button type="button" onClick={() => setMade(undefined)}>
            I have kept it
          </button>
        </div>
      )}
    </section>
  );
}
