import { StartupError } from '#platform/config/startupError.ts';

/** The first screen of an app: a query, what is shown of its answer, and the stream that keeps it up to date. */
export interface AppScreen {
  /** The role whose token the channel asks for; undefined if it answers anybody. */
  readonly role?: string;
  readonly query: string;
  readonly subscription: string;
  /** The body of the component: `data` is the answer. */
  readonly list: string;
  /** The variables of the subscription, as an expression of `data`; undefined until it can begin. */
  readonly streamFor: string;
  /** What is told of the stream, as an expression of `live`, its last message. */
  readonly told: string;
  /** The answer in the test. */
  readonly answer: unknown;
  /** A text of that answer that the screen shows. */
  readonly shows: string;
}

const availability = {
  subscription: `# All items of a store first, then those that become or cease to be orderable.
subscription Live($storeId: ID!) {
  menuAvailabilityChanged(storeId: $storeId) { version reset changed { itemId available } removed }
}
`,
  told: `\`\${live.menuAvailabilityChanged?.changed.length ?? 0} items of the menu changed\``,
};

const stores: AppScreen = {
  ...availability,
  query: `# The first stores, by name.
query FirstScreen {
  stores(first: 10) { edges { node { id name openNow address { street city } } } }
}
`,
  list: `{data?.stores?.edges.map(({ node }) => (
        <li key={node.id}>
          {node.name}, {node.address.street}, {node.address.city}: {node.openNow ? 'open' : 'closed'}
        </li>
      ))}`,
  streamFor: `data?.stores?.edges[0] && { storeId: data.stores.edges[0].node.id }`,
  answer: {
    stores: {
      __typename: 'StoreConnection',
      edges: [
        {
          __typename: 'StoreEdge',
          node: {
            __typename: 'Store',
            id: 's1',
            name: 'Dr. Burger Mitte',
            openNow: true,
            address: { __typename: 'Address', street: 'Torstr. 1', city: 'Berlin' },
          },
        },
      ],
    },
  },
  shows: 'Dr. Burger Mitte',
};

const kiosk: AppScreen = {
  ...availability,
  role: 'kiosk',
  query: `# The store of the device, and the tiles to touch.
query FirstScreen {
  kiosk { deviceId store { id name } tilePages(pageSize: 12) { number tiles { id label priceText available } } }
}
`,
  list: `{data?.kiosk?.tilePages?.flatMap(({ tiles }) => tiles).map((tile) => (
        <li key={tile.id}>
          {tile.label} {tile.priceText} {tile.available ? '' : '(sold out)'}
        </li>
      ))}`,
  streamFor: `data?.kiosk?.store && { storeId: data.kiosk.store.id }`,
  answer: {
    kiosk: {
      __typename: 'KioskView',
      deviceId: 'd1',
      store: { __typename: 'Store', id: 's1', name: 'Dr. Burger Mitte' },
      tilePages: [
        {
          __typename: 'TilePage',
          number: 1,
          tiles: [{ __typename: 'Tile', id: 't1', label: 'Cheeseburger', priceText: '4.90', available: true }],
        },
      ],
    },
  },
  shows: 'Cheeseburger',
};

const delivery: AppScreen = {
  role: 'courier',
  query: `# Who you are, and whether jobs are offered to you.
query FirstScreen {
  myCourier { id displayName available }
}
`,
  subscription: `# Your jobs as they change, at most one message a second.
subscription Live {
  myRouteChanged { courierId jobs { id status } }
}
`,
  list: `{data?.myCourier && (
        <li>
          {data.myCourier.displayName}: {data.myCourier.available ? 'on shift' : 'off shift'}
        </li>
      )}`,
  streamFor: `data?.myCourier && {}`,
  told: `\`\${live.myRouteChanged?.jobs.length ?? 0} jobs\``,
  answer: { myCourier: { __typename: 'Courier', id: 'c1', displayName: 'Kim', available: true } },
  shows: 'Kim',
};

const screens: Readonly<Record<string, AppScreen>> = {
  kiosk,
  delivery,
  web: stores,
  mobile: stores,
  staff: { ...stores, role: 'manager' },
};

/** The channels that an app can be made for. */
export const appChannels = Object.keys(screens);

/** @throws StartupError for a channel that has no first screen here */
export function screenOf(channel: string): AppScreen {
  const screen = screens[channel];
  if (screen) return screen;
  const why =
    channel === 'partner'
      ? 'partner executes registered documents of programs only: docs/partners.md tells how.'
      : channel === 'rest'
        ? 'rest serves OpenAPI, for which generated/rest has a client.'
        : `there is no app for a channel "${channel}".`;
  throw new StartupError(
    `${why} Name one of ${appChannels.join(', ')}; screens are in scripts/scaffold/appScreens.ts.`,
  );
}
