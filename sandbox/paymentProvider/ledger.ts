import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * What a line is about: something the provider did, or refused to do. `refusal`, `decline` and `dispute` move no money.
 */
export type MovementKind =
  'authorisation' | 'decline' | 'capture' | 'void' | 'refund' | 'payout' | 'refusal' | 'dispute';

/** An HTTP answer as it was given, so that the same idempotency key gets it again. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One line of the ledger. Lines are never changed or removed; the state is what they add up to. */
export interface LedgerEntry {
  /** The number of the line; lines are counted from 1 without gaps. */
  readonly sequence: number;
  /** When it happened; ISO 8601, UTC. */
  readonly at: string;
  readonly kind: MovementKind;
  /** The id of the authorisation, capture, refund, payout or dispute that this line made. */
  readonly id: string;
  readonly authorisationId: string | null;
  readonly captureId: string | null;
  readonly merchantReference: string;
  /** The amount in minor units. */
  readonly amount: number;
  readonly currency: string;
  /** What the customer pays with; of a payout, the account that receives it. */
  readonly methodToken: string;
  /** The code of a decline, refusal or dispute; null for other lines. */
  readonly reason: string | null;
  /** When an authorisation lapses; null for other lines. */
  readonly expiresAt: string | null;
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null;
  readonly answer: Answer;
}

/**
 * An append-only file, one JSON line per entry. An entry counts once `append` has resolved: it is on the disk then
 * (`fdatasync`, shared by everything written meanwhile). A line torn by a crash was never answered, and is cut off when
 * the file is opened again.
 */
export class Ledger<Entry extends object = LedgerEntry> {
  private waiting: { line: string; done: () => void; failed: (error: Error) => void }[] = [];
  private writing: Promise<void> | null = null;
  private broken: Error | null = null;

  private constructor(
    private readonly file: FileHandle,
    private position: number,
  ) {}

  /** Opens or creates the file; gives the ledger and what stands in it. */
  static async open<Entry extends object = LedgerEntry>(
    path: string,
  ): Promise<{ ledger: Ledger<Entry>; entries: Entry[] }> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+');
    const content = await file.readFile();
    const end = content.lastIndexOf(0x0a) + 1;
    if (end < content.length) await file.truncate(end);
    const lines = content.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    const entries = lines.map((line, index) => {
      try {
        return JSON.parse(line) as Entry;
      } catch (cause) {
        throw new Error(`The ledger ${path} is damaged in line ${index + 1}; move the file away to begin anew.`, {
          cause,
        });
      }
    });
    return { ledger: new Ledger<Entry>(file, end), entries };
  }

  /** Bytes written so far. */
  get size(): number {
    return this.position;
  }

  /**
   * Resolves when the entry is on the disk. After a failed write every append fails until the file is opened again:
   * memory and file would differ.
   */
  append(entry: Entry): Promise<void> {
    if (this.broken) return Promise.reject(this.broken);
    const line = `${JSON.stringify(entry)}\n`;
    const written = new Promise<void>((done, failed) => {
      this.waiting.push({ line, done, failed });
    });
    this.writing ??= this.drain().finally(() => {
      this.writing = null;
    });
    return written;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async drain(): Promise<void> {
    // Leaves the current turn first, so that everything appended in it shares one sync.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        if (this.broken) throw this.broken;
        const bytes = Buffer.from(batch.map(({ line }) => line).join(''));
        await this.file.appendFile(bytes);
        await this.file.datasync();
        this.position += bytes.length;
        for (const { done } of batch) done();
      } catch (error) {
        this.broken = error as Error;
        for (const { failed } of batch) failed(this.broken);
      }
    }
  }
}
