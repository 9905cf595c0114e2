import { createHash, randomBytes } from 'node:crypto';
import type { Callbacks } from '../callbacks.ts';
import { Bank, refusal, type Decision } from './bank.ts';
import { type Behaviour, defaultBehaviour } from './behaviour.ts';
import { settlementFile } from './kassa/settlement.ts';
import { type Answer, Ledger, type LedgerEntry } from './ledger.ts';
import { noticeOf } from './webhooks.ts';

/** What identifies a POST for its idempotency key. */
export interface Identified {
  readonly path: string;
  readonly body: unknown;
  readonly idempotencyKey: string | null;
}

const fingerprintOf = ({ path, body }: Identified): string =>
  createHash('sha256')
    .update(`${path}\n${JSON.stringify(body)}`)
    .digest('base64url');

/** The provider without HTTP: accounts, ledger and idempotency keys. It answers only what is on the disk. */
export class Provider {
  behaviour: Behaviour = defaultBehaviour;
  private readonly bank = new Bank((prefix) => `${prefix}_${randomBytes(12).toString('hex')}`);
  private readonly entries: LedgerEntry[] = [];
  private readonly answered = new Map<string, { fingerprint: string; answer: Answer }>();
  private readonly inFlight = new Map<string, { fingerprint: string; answer: Promise<Answer> }>();

  private constructor(
    private readonly ledger: Ledger,
    private readonly clock: () => Date,
    private readonly webhooks: Callbacks,
  ) {}

  /** @param webhooks tells the merchant of what happens */
  static async open(path: string, clock: () => Date, webhooks: Callbacks): Promise<Provider> {
    const { ledger, entries } = await Ledger.open(path);
    const provider = new Provider(ledger, clock, webhooks);
    for (const entry of entries) provider.remember(entry);
    return provider;
  }

  async close(): Promise<void> {
    await this.webhooks.close();
    await this.ledger.close();
  }

  /** Runs `work` once per idempotency key; the same key and body wait for, or get again, its answer. */
  async once(request: Identified, work: () => Promise<Answer>): Promise<Answer & { replayed?: boolean }> {
    const key = request.idempotencyKey;
    if (key === null) return work();
    const fingerprint = fingerprintOf(request);
    const known = this.answered.get(key) ?? this.inFlight.get(key);
    if (known) {
      if (known.fingerprint !== fingerprint)
        return refusal(422, 'idempotency_key_reused', 'The key was used with another request.');
      return { ...(await known.answer), replayed: true };
    }
    const answer = work();
    this.inFlight.set(key, { fingerprint, answer });
    try {
      return await answer;
    } finally {
      this.inFlight.delete(key);
    }
  }

  authorise(body: Parameters<Bank['authorise']>[0], request: Identified): Promise<Answer> {
    return this.commit(this.bank.authorise(body, this.behaviour, this.clock()), request);
  }

  capture(authorisationId: string, amount: number | null, request: Identified): Promise<Answer> | null {
    const authorisation = this.bank.find(authorisationId);
    return authorisation
      ? this.commit(this.bank.capture(authorisation, amount, this.behaviour, this.clock()), request)
      : null;
  }

  void(authorisationId: string, request: Identified): Promise<Answer> | null {
    const authorisation = this.bank.find(authorisationId);
    return authorisation ? this.commit(this.bank.void(authorisation, this.clock()), request) : null;
  }

  refund(captureId: string, amount: number | null, request: Identified): Promise<Answer> | null {
    const authorisation = this.bank.withCapture(captureId);
    return authorisation
      ? this.commit(this.bank.refund(authorisation, captureId, amount, this.behaviour, this.clock()), request)
      : null;
  }

  dispute(captureId: string, reason: string, request: Identified): Promise<Answer> | null {
    const authorisation = this.bank.withCapture(captureId);
    return authorisation
      ? this.commit(this.bank.dispute(authorisation, captureId, reason, this.clock()), request)
      : null;
  }

  payOut(body: Parameters<Bank['payOut']>[0], request: Identified): Promise<Answer> {
    return this.commit(this.bank.payOut(body, this.clock()), request);
  }

  show(authorisationId: string): Answer | null {
    const authorisation = this.bank.find(authorisationId);
    return authorisation ? { status: 200, body: this.bank.show(authorisation, this.clock()) } : null;
  }

  showReference(merchantReference: string): Answer {
    const now = this.clock();
    return {
      status: 200,
      body: {
        data: this.bank.withReference(merchantReference).map((authorisation) => this.bank.show(authorisation, now)),
      },
    };
  }

  /** The entries after number `after`, in order, without the merchant's idempotency keys and method tokens. */
  readLedger(merchantReference: string | null, after: number, limit: number): Answer {
    if (!Number.isInteger(after) || after < 0 || !Number.isInteger(limit) || limit < 1)
      return refusal(400, 'invalid_request', 'after and limit are whole numbers.');
    const data: object[] = [];
    for (let at = after; at < this.entries.length && data.length < Math.min(limit, 1_000); at += 1) {
      const { idempotency: _key, answer: _answer, methodToken: _token, ...entry } = this.entries[at]!;
      if (merchantReference === null || entry.merchantReference === merchantReference) data.push(entry);
    }
    return { status: 200, body: { data } };
  }

  /** What was captured and refunded on a day that is over, as the text of a file. */
  settlementFile(day: string): (Answer & { type: 'text/csv' }) | null {
    if (day >= this.clock().toISOString().slice(0, 10)) return null;
    const moved = this.entries.flatMap(({ kind, id, merchantReference: reference, amount, currency, at }) =>
      (kind === 'capture' || kind === 'refund') && at.startsWith(day)
        ? [
            {
              id,
              kind: kind === 'capture' ? ('CAPTURE' as const) : ('REFUND' as const),
              reference,
              amount,
              currency,
              at,
            },
          ]
        : [],
    );
    return { status: 200, type: 'text/csv', body: settlementFile(day, moved, this.behaviour.fileFaults) };
  }

  /** Whether the next answer is to be lost. Each call counts as one answer. */
  takeLostAnswer(): boolean {
    if (this.behaviour.loseAnswers === 0) return false;
    this.behaviour = { ...this.behaviour, loseAnswers: this.behaviour.loseAnswers - 1 };
    return true;
  }

  /** Later decisions take this one into account at once; it is answered when it is on the disk. */
  private async commit(decision: Decision, request: Identified): Promise<Answer> {
    const idempotency =
      request.idempotencyKey === null ? null : { key: request.idempotencyKey, fingerprint: fingerprintOf(request) };
    const entry: LedgerEntry = { ...decision, sequence: this.entries.length + 1, idempotency };
    const written = this.ledger.append(entry);
    this.remember(entry, written);
    await written;
    const notice = noticeOf(entry, this.bank.refundedOf(entry.authorisationId));
    const { webhookTimes, webhooksFirst } = this.behaviour;
    const told = notice && this.webhooks.send(`msg_${entry.id}`, notice, webhookTimes);
    if (webhooksFirst) await told;
    return entry.answer;
  }

  private remember(entry: LedgerEntry, written: Promise<void> = Promise.resolve()): void {
    this.entries.push(entry);
    this.bank.apply(entry);
    const { idempotency, answer } = entry;
    if (!idempotency) return;
    const known = () => this.answered.set(idempotency.key, { fingerprint: idempotency.fingerprint, answer });
    // The request in flight is told that the write failed. The key is free again, so that the request can be retried.
    written.then(known, () => undefined);
  }
}
