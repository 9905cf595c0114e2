/** The audience (`aud`) of what a device signs to prove who it is: the same on all channels and replicas. */
export const deviceAudience = 'urn:drburger:devices';
