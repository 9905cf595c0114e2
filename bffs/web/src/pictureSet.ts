export interface Picture {
  readonly url: string;
  /** The picture's width in pixels. */
  readonly width: number;
}

/** The `srcset` of an HTML image (HTML Standard, 4.8.4.2.1), narrowest first; null without pictures. */
export function pictureSet(pictures: readonly Picture[]): string | null {
  if (pictures.length === 0) return null;
  // A comma or blank within a URL would end the candidate, so they are escaped.
  const escaped = (url: string): string => url.replaceAll(',', '%2C').replaceAll(' ', '%20');
  return [...pictures]
    .sort((a, b) => a.width - b.width)
    .map(({ url, width }) => `${escaped(url)} ${width}w`)
    .join(', ');
}
