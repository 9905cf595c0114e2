import { DeliveryNoticeService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { bodyJwt } from '../signatures/bodyJwt.ts';
import { standardWebhooks } from '../signatures/standardWebhooks.ts';
import type { Notice, Source } from '../source.ts';
import { stadtboteBodies, veloBodies } from './deliveryPartnersBodies.ts';

/**
 * How far a job has come is never believed: delivery asks the partner itself. So a notice that is old, out of order or
 * comes twice does no harm.
 */
const noticeOf = (partner: string, told: string): Notice => {
  const reference = told.toLowerCase();
  return {
    object: `job:${reference}`,
    command: (rpc) => rpc.client(DeliveryNoticeService).noteJob({ partner, reference }),
  };
};

const limits = { bytes: 64 * 1024, perMinute: 6_000, milliseconds: 5_000 };

/** The delivery partner Velo, which tells of each change. */
export const velo: Source = {
  name: 'velo',
  keys: 'WEBHOOK_VELO_KEYS',
  signature: standardWebhooks,
  limits,
  versionOf: ({ version }) => version,
  versions: {
    '2026-01': { read: (body) => noticeOf('VELO', veloBodies['2026-01'].parse(body).data.external_id) },
    '2026-06': { read: (body) => noticeOf('VELO', veloBodies['2026-06'].parse(body).delivery.external_id) },
  },
};

/** The delivery partner Stadtbote, which sends the whole order on each change. */
export const stadtbote: Source = {
  name: 'stadtbote',
  keys: 'WEBHOOK_STADTBOTE_KEYS',
  signature: bodyJwt('stadtbote'),
  limits,
  versionOf: ({ version }) => (typeof version === 'number' ? String(version) : version),
  versions: {
    '1': { read: (body) => noticeOf('STADTBOTE', stadtboteBodies['1'].parse(body).order.ref) },
    '2': { read: (body) => noticeOf('STADTBOTE', stadtboteBodies['2'].parse(body).ref) },
  },
};
