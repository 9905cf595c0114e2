export interface Picture {
  readonly url: string;
  /** The picture's width in pixels. */
  readonly width: number;
}

/** Returns the smallest picture that is at least `width` pixels wide, otherwise the widest; null if there is none. */
export function pickPicture(pictures: readonly Picture[], width: number): Picture | null {
  const byWidth = [...pictures].sort((a, b) => a.width - b.width);
  return byWidth.find((picture) => picture.width >= width) ?? byWidth.at(-1) ?? null;
}
