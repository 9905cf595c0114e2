/** A `geo:` URI in WGS 84, to six digits: about a hand's breadth (RFC 5870). */
export function geoLink({ latitude, longitude }: { latitude: number; longitude: number }): string {
  // Six digits never need an exponent, which a `geo:` URI may not have; the addition turns -0 into 0.
  const coordinate = (degrees: number): string => String(Math.round(degrees * 1e6) / 1e6 + 0);
  return `geo:${coordinate(latitude)},${coordinate(longitude)}`;
}
