// The package's entry warns on every Node of version 20, so its provider is imported by itself.
declare module 'oidc-provider/lib/provider.js' {
  export { Provider } from 'oidc-provider';
}
