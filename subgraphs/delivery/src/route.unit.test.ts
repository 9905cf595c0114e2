import { describe, expect, it } from 'vitest';
import { stopOf, stopsNearestFirst, type Job } from './route.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 12, minutes));
const place = (latitude: number) => ({ latitude, longitude: 13 });
const job = (id: string, status: string, pickup: number, dropoff: number | null, promised = 0): Job => ({
  id,
  status,
  pickup: place(pickup),
  dropoff: dropoff === null ? null : place(dropoff),
  promisedAt: at(promised),
});

describe('stopOf', () => {
  it('is the store, and the door once the food is picked up', () => {
    expect(stopOf(job('a', 'ASSIGNED', 52.1, 52.2), null)).toMatchObject({
      kind: 'PICKUP',
      position: place(52.1),
      distanceMetres: null,
    });
    expect(stopOf(job('a', 'PICKED_UP', 52.1, 52.2), null)).toMatchObject({ kind: 'DROPOFF', position: place(52.2) });
  });
});

describe('stopsNearestFirst', () => {
  const jobs = [
    job('far', 'ASSIGNED', 52.3, 52.0),
    job('door', 'PICKED_UP', 52.9, 52.1),
    job('near', 'ASSIGNED', 52.05, 52.9),
  ];

  it('sorts by the next stop of a job, not by its end', () => {
    expect(stopsNearestFirst(jobs, place(52)).map((stop) => stop.job.id)).toEqual(['near', 'door', 'far']);
  });

  it('changes the order when the courier moves', () => {
    expect(stopsNearestFirst(jobs, place(52.4)).map((stop) => stop.job.id)).toEqual(['far', 'door', 'near']);
  });

  it('sorts by the promised time at equal distances, and while the position is unknown', () => {
    const late = job('late', 'ASSIGNED', 52.1, 52.2, 30);
    const soon = job('soon', 'ASSIGNED', 52.1, 52.3, 10);
    expect(stopsNearestFirst([late, soon], null)[0]?.job.id).toBe('soon');
    expect(stopsNearestFirst([late, soon], place(52))[0]?.job.id).toBe('soon');
  });
});
