/** The text of a GraphQL document, which the bundler puts into the page. */
declare module '*.graphql' {
  const text: string;
  export default text;
}
