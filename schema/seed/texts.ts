/** A text in each language of the seed data. */
export interface Texts {
  readonly en: string;
  readonly de: string;
}
