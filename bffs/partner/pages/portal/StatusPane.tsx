import { useEffect, useState } from 'react';
import type { StatusOfStoresQuery } from '#generated/bffs/partner/operations.ts';
import statusOfAccount from '../../operations/statusOfAccount.graphql';
import statusOfDelivery from '../../operations/statusOfDelivery.graphql';
import statusOfMenu from '../../operations/statusOfMenu.graphql';
import statusOfStores from '../../operations/statusOfStores.graphql';
import { Table, When } from './parts.tsx';
import { useSession, type Outcome, type Session } from './session.ts';

/** What a call to one part was answered just now. */
interface Probe {
  readonly part: string;
  readonly problem: string | undefined;
  readonly milliseconds: number;
}

const everyMs = 15_000;
/** Somewhere in Berlin; where a store does not deliver, that is an answer, too. */
const position = { latitude: 52.52, longitude: 13.4 };

/** Whether what partners use answers now: each part is called as their programs call it. */
export function StatusPane() {
  const session = useSession();
  const [probes, setProbes] = useState<readonly Probe[]>();
  const [at, setAt] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    const look = async (): Promise<void> => {
      const found = await probeAll(session);
      if (!isCurrent) return;
      setProbes(found);
      setAt(new Date().toISOString());
    };
    void look();
    const timer = setInterval(() => void look(), everyMs);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [session]);
  const down = probes?.filter(({ problem }) => problem !== undefined) ?? [];
  return (
    <>
      <p role="status" className={down.length === 0 ? 'good' : 'bad'}>
        {probes === undefined
          ? 'Each part is being called …'
          : down.length === 0
            ? 'Everything answers.'
            : `${down.map(({ part }) => part).join(', ')}: no answer.`}
      </p>
      <p className="quiet">
        Each part is called as your programs call it, every {everyMs / 1_000} seconds{at && ', last '}
        {at && <When at={at} />}. Whether messages reach your receivers, “Webhooks” tells.
      </p>
      <Table label="What each part answers" heads={['Part', 'Now', 'Within']} none="Asking …">
        {probes?.map(({ part, problem, milliseconds }) => (
          <tr key={part}>
            <td>{part}</td>
            <td className={problem === undefined ? 'good' : 'bad'}>{problem ?? 'answers'}</td>
            <td className="number">{milliseconds} ms</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

async function probeAll(session: Session): Promise<readonly Probe[]> {
  const probe = async (part: string, call: () => Promise<Outcome<unknown>>): Promise<Probe> => {
    const began = performance.now();
    const outcome = await call();
    const problem = outcome.kind === 'bad' ? outcome.message : undefined;
    return { part, problem, milliseconds: Math.round(performance.now() - began) };
  };
  let storeId: string | undefined;
  const others = await Promise.all([
    probe('This channel', channelIsReady),
    probe('Stores', async () => {
      const outcome = await session.ask<StatusOfStoresQuery>(statusOfStores);
      storeId = outcome.kind === 'good' ? outcome.data.stores.edges[0]?.node.id : undefined;
      return outcome;
    }),
    probe('Menu', () => session.ask(statusOfMenu)),
    probe('Account, keys and webhooks', () => session.ask(statusOfAccount)),
  ]);
  if (storeId === undefined) return others;
  return [...others, await probe('Delivery quotes', () => session.ask(statusOfDelivery, { storeId, position }))];
}

async function channelIsReady(): Promise<Outcome<unknown>> {
  const answer = await fetch('/health/ready').catch(() => undefined);
  const { status } = ((await answer?.json().catch(() => undefined)) ?? {}) as { readonly status?: string };
  if (status === 'ready') return { kind: 'good', data: status };
  const busy = 'It is busy: some calls are answered with 503 and Retry-After.';
  return { kind: 'bad', message: status === 'shedding' ? busy : 'It does not answer.' };
}
