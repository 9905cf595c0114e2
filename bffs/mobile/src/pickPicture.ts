export interface Picture {
  readonly url: string;
  /** In pixels. */
  readonly width: number;
}

/** The smallest picture at least `width` pixels wide, else the widest there is; null if there is none. */
export function pickPicture(pictures: readonly Picture[], width: number): Picture | null {
  const byWidth = [...pictures].sort((a, b) => a.width - b.width);
  return byWidth.find((picture) => picture.width >= width) ?? byWidth.at(-1) ?? null;
}
