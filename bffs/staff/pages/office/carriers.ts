/** The partners that were chosen in the fields `partner-1`, `partner-2` and so on, in their order. */
export const readPartners = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values)
    .flatMap(([name, value]) => {
      const place = /^partner-(\d+)$/.exec(name)?.[1];
      return place && value !== '' ? [{ place: Number(place), value }] : [];
    })
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
