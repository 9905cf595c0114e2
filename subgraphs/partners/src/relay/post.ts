import * as http from 'node:http';
import * as https from 'node:https';
import { underDeadline } from '#platform/http/underDeadline.ts';
import { ForbiddenTarget, checkedLookup, readTarget, type Reach } from '../webhooks/target.ts';

/** What came of one try. */
export interface Answer {
  /** The status; undefined when there was no answer. */
  readonly status?: number;
  /** The header `Retry-After`. */
  readonly retryAfter?: string | undefined;
  /** The beginning of the body, for the partner to find out what went wrong. */
  readonly excerpt?: string;
  /** Why there was no answer, for the partner to read. */
  readonly problem?: string;
}

export interface PostOptions {
  readonly reach: Reach;
  /** From the resolving of the name to the end of the answer. */
  readonly withinMs: number;
  /** Ends the call before its time. */
  readonly signal?: AbortSignal;
}

/** So much of an answer is read; the connection is cut then. */
const mostBytes = 16 * 1024;
const excerptCharacters = 500;

/**
 * Sends one message on a connection of its own. It follows no redirect, reads no more than a bit of the answer, and
 * connects only to addresses that were checked in this moment. It does not reject.
 */
export async function post(
  text: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { reach, withinMs, signal }: PostOptions,
): Promise<Answer> {
  let url: URL;
  try {
    url = readTarget(text, reach);
  } catch (error) {
    return { problem: problemOf(error) };
  }
  return underDeadline(withinMs, signal, async (ends) => {
    try {
      return await exchange(url, headers, body, reach, ends);
    } catch (error) {
      const late = ends.aborted && !signal?.aborted;
      return { problem: late ? `There was no answer within ${withinMs / 1_000} s.` : problemOf(error) };
    }
  });
}

function exchange(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  reach: Reach,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const call = request(url, {
      method: 'POST',
      agent: false,
      lookup: checkedLookup(reach),
      maxHeaderSize: 16 * 1024,
      signal,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    // Every call closes, with or without an error or an answer: one that is answered by 101 has neither.
    const cut = (): void => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    let answered = false;
    call.on('error', (error) => answered || reject(error));
    call.once('close', () => answered || cut());
    call.once('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (): void => {
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          excerpt: excerptOf(Buffer.concat(chunks)),
        });
        call.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= mostBytes) done();
      });
      // The status says what the receiver made of it: a body that is cut, or lasts until our time is over, does not.
      for (const end of ['end', 'error', 'close']) response.once(end, done);
    });
    call.end(body);
  });
}

/** Without characters that PostgreSQL cannot store: zero bytes, and half of a character that was cut in two. */
const excerptOf = (bytes: Buffer): string =>
  Buffer.from(bytes.toString('utf8').replaceAll('\u0000', '').slice(0, excerptCharacters)).toString('utf8');

const problems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was cut.',
  ENOTFOUND: 'Its name cannot be resolved.',
  EAI_AGAIN: 'Its name cannot be resolved.',
  EHOSTUNREACH: 'It cannot be reached.',
  ENETUNREACH: 'It cannot be reached.',
  ETIMEDOUT: 'It cannot be reached.',
};

function problemOf(error: unknown): string {
  if (error instanceof ForbiddenTarget) return error.message;
  const { code = '' } = error as NodeJS.ErrnoException;
  return problems[code] ?? `The call failed${/^[A-Z_]{2,60}$/.test(code) ? ` (${code})` : ''}.`;
}
