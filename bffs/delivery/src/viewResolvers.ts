import { geoLink } from './geoLink.ts';

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

export const viewResolvers = {
  Delivery: {
    pickupLink: ({ pickup }: { pickup: Place }) => geoLink(pickup),
    dropoffLink: ({ dropoff }: { dropoff: Place | null }) => (dropoff ? geoLink(dropoff) : null),
  },
};
