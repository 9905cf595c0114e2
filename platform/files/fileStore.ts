/**
 * Keeps files that never change, such as pictures, under paths that hold a hash of their content. The same path always
 * means the same bytes, so what is put twice is stored once, and a reader may cache it for ever.
 */
export interface FileStore {
  /** Stores a file. Resolves once every reader can get it. @throws when it cannot be stored */
  put(path: string, file: StoredFile): Promise<void>;
  /** The file at a path; undefined if there is none. @throws when the store cannot be reached */
  get(path: string): Promise<StoredFile | undefined>;
}

export interface StoredFile {
  readonly bytes: Uint8Array;
  /** The media type, such as `image/webp`. */
  readonly type: string;
}

/** The media types that are stored, by the ending of the path. What has another ending is never served. */
const types: Readonly<Record<string, string>> = { webp: 'image/webp' };

/**
 * The media type of a path, such as `menu/0f3a-480.webp`: parts of letters, digits and hyphens, and one of the known
 * endings. Undefined for any other path, so that none leads out of the store.
 */
export function typeOfPath(path: string): string | undefined {
  const ending = /^(?:[a-z0-9-]{1,80}\/){0,4}[a-z0-9-]{1,120}\.([a-z]{2,5})$/.exec(path)?.[1];
  return ending === undefined ? undefined : types[ending];
}

export function requirePath(path: string): void {
  if (typeOfPath(path) === undefined) throw new Error(`${path} is not a path of a stored file`);
}
