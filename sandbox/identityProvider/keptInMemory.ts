import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Kept {
  readonly payload: AdapterPayload;
  readonly endsAt: number;
}

/** More than this are not kept, so that a provider that runs for weeks does not fill the memory. */
const most = 10_000;

/**
 * Where a provider keeps sessions, codes, grants and refresh tokens: in memory. Whoever has signed in does so again
 * after a restart.
 */
export function keptInMemory(clock: () => number = Date.now): (model: string) => Adapter {
  const all = new Map<string, Kept>();
  return (model) => {
    const keyOf = (id: string): string => `${model}:${id}`;
    const find = (id: string): Promise<AdapterPayload | undefined> => {
      const kept = all.get(keyOf(id));
      return Promise.resolve(kept && kept.endsAt > clock() ? kept.payload : undefined);
    };
    const findBy = (field: 'uid' | 'userCode', value: string): Promise<AdapterPayload | undefined> =>
      Promise.resolve(
        [...all].find(
          ([key, { payload, endsAt }]) => key.startsWith(`${model}:`) && payload[field] === value && endsAt > clock(),
        )?.[1].payload,
      );
    return {
      find,
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (userCode) => findBy('userCode', userCode),
      upsert(id, payload, expiresIn) {
        all.delete(keyOf(id));
        all.set(keyOf(id), {
          payload,
          endsAt: expiresIn ? clock() + expiresIn * 1_000 : Number.POSITIVE_INFINITY,
        });
        if (all.size > most) all.delete([...all.keys()][0] ?? '');
        return Promise.resolve();
      },
      async consume(id) {
        const payload = await find(id);
        if (payload) payload.consumed = Math.floor(clock() / 1_000);
      },
      destroy(id) {
        all.delete(keyOf(id));
        return Promise.resolve();
      },
      revokeByGrantId(grantId) {
        for (const [key, { payload }] of all)
          if (key.startsWith(`${model}:`) && payload.grantId === grantId) all.delete(key);
        return Promise.resolve();
      },
    };
  };
}
