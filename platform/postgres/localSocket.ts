import { existsSync } from 'node:fs';

/** Servers that run as children of this process, by port: the folder in which each listens on a Unix socket. */
const folders = new Map<number, string>();

/** The path of a Unix socket has at most 107 bytes; on some systems 103. */
const longestPath = 103;

const socketIn = (folder: string, port: number): string => `${folder}/.s.PGSQL.${port}`;

/** Whether a server can listen in a folder: PostgreSQL takes a list of folders, in which some characters mean more. */
export const canHoldSocket = (folder: string, port: number): boolean =>
  /^\/[\w./-]+$/.test(folder) && Buffer.byteLength(socketIn(folder, port)) <= longestPath;

/** To be called when a server of this process listens. */
export function noteLocalServer(port: number, folder: string): void {
  if (canHoldSocket(folder, port)) folders.set(port, folder);
}

/**
 * Where to connect to a server: the folder of its Unix socket, if it is a child of this process, otherwise its host. A
 * statement over the socket costs half of what one over TCP does.
 */
export function localHost(host: string, port: number): string {
  const folder = host === '127.0.0.1' ? folders.get(port) : undefined;
  return folder !== undefined && existsSync(socketIn(folder, port)) ? folder : host;
}
