import { useState } from 'react';
import type { PortalUsageFileQuery, PortalUsageQuery } from '#generated/bffs/partner/operations.ts';
import portalUsage from '../../operations/portalUsage.graphql';
import portalUsageFile from '../../operations/portalUsageFile.graphql';
import { Problem, saveFile, Table } from './parts.tsx';
import type { PaneProps } from './Portal.tsx';
import { useDocument, useSession } from './session.ts';

type Usage = NonNullable<PortalUsageQuery['myPartnerAccount']>['apps'][number]['usage'];

const spans = [
  { hours: 1, name: 'hour' },
  { hours: 24, name: 'day' },
  { hours: 168, name: 'week' },
  { hours: 2_160, name: '90 days' },
] as const;

/** How much each app asks for, now and before. */
export function UsagePane({ account, quota }: PaneProps) {
  const { ask } = useSession();
  const [hours, setHours] = useState(1);
  const [refused, setRefused] = useState<string>();
  const { data, problem } = useDocument<PortalUsageQuery>(portalUsage, { hours }, 5_000);
  const save = async (appId: string): Promise<void> => {
    const answer = await ask<PortalUsageFileQuery>(portalUsageFile, { hours });
    setRefused(answer.kind === 'bad' ? answer.message : undefined);
    const app = answer.kind === 'good' ? answer.data.myPartnerAccount?.apps.find(({ id }) => id === appId) : undefined;
    if (app) saveFile(`usage-${app.name}.csv`, 'text/csv', app.usage.csv);
  };
  const usageOf = (id: string) => data?.myPartnerAccount?.apps.find((app) => app.id === id)?.usage;
  return (
    <>
      <label htmlFor="span">The last</label>
      <select id="span" value={hours} onChange={({ target }) => setHours(Number(target.value))}>
        {spans.map(({ hours: each, name }) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
      <Problem text={problem ?? refused} />
      {account.apps.map(({ id, name }) => {
        const usage = usageOf(id);
        return (
          <section className="card" key={id} aria-label={`Usage of ${name}`}>
            <h3>{name}</h3>
            {usage && <AppUsage usage={usage} />}
            <p className="quiet">{quota && `It may ask ${quota.requestsPerMinute} times a minute.`}</p>
            <button type="button" onClick={() => void save(id)}>
              Save as CSV
            </button>
          </section>
        );
      })}
    </>
  );
}

const AppUsage = ({ usage }: { readonly usage: Usage }) => (
  <>
    <dl className="figures">
      <div>
        <dt>Requests</dt>
        <dd data-figure="requests">{usage.requests}</dd>
      </div>
      <div>
        <dt>Failed</dt>
        <dd data-figure="failed">{usage.failed}</dd>
      </div>
      <div>
        <dt>95 of 100 within</dt>
        <dd>{usage.p95Milliseconds === null ? '–' : `${usage.p95Milliseconds} ms`}</dd>
      </div>
    </dl>
    <Chart usage={usage} />
    <Table
      label="Requests by key, document and status"
      heads={['Key', 'Document', 'Status', 'Requests', 'Failed', 'p95']}
      none="Nothing was asked for in this time."
    >
      {usage.rows.map(({ keyId, operation, status, requests, failed, p95Milliseconds }) => (
        <tr key={`${keyId} ${operation} ${status}`}>
          <td>
            <code>{keyId}</code>
          </td>
          <td>{operation ?? 'none that is there'}</td>
          <td>{status}</td>
          <td className="number">{requests}</td>
          <td className="number">{failed}</td>
          <td className="number">{p95Milliseconds} ms</td>
        </tr>
      ))}
    </Table>
  </>
);

/** Bars of requests over time; the part of each that failed is of another colour. The table has the same in numbers. */
function Chart({ usage: { since, until, stepSeconds, points, requests, failed } }: { readonly usage: Usage }) {
  const from = new Date(since).getTime();
  const span = new Date(until).getTime() - from;
  const most = Math.max(1, ...points.map((point) => point.requests));
  const width = Math.max(2, (stepSeconds * 1_000 * 1_000) / span - 1);
  const bar = (at: string, of: number, kind: string) => {
    const x = Math.max(0, ((new Date(at).getTime() - from) / span) * 1_000);
    const height = (of / most) * 150;
    return <rect key={`${kind} ${at}`} className={kind} x={x} y={155 - height} width={width} height={height} />;
  };
  return (
    <svg
      className="chart"
      viewBox="0 0 1000 160"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${requests} requests, ${failed} of them failed, at most ${most} within ${stepSeconds} seconds`}
    >
      {points.map((point) => bar(point.at, point.requests, 'all'))}
      {points.map((point) => bar(point.at, point.failed, 'failed'))}
    </svg>
  );
}
