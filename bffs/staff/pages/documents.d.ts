/** The text of a document, put in by the bundler. */
declare module '*.graphql' {
  const text: string;
  export default text;
}
