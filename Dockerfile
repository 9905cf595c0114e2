# One image for every service of docker-compose.yml; the command says which: serve subgraph <name>, serve channel <name>, serve gateway …
FROM node:24.22.3-bookworm-slim AS base
RUN npm install --global pnpm@10.34.9
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY clients/stream-client/package.json clients/stream-client/
COPY patches patches

# With the tools that make code: Prisma's clients, types, pages, and the bundle that services run.
FROM base AS build
RUN pnpm install --frozen-lockfile
COPY . .
RUN pnpm -s generate && pnpm -s build

# What runs has no tools but tsx, for other commands than `serve`: services run the bundle, which starts in half the time.
FROM base
# The image has its own Node: the one that our commands bring is taken out.
RUN pnpm install --frozen-lockfile --prod && rm -rf node_modules/.bin/node node_modules/node-linux-* node_modules/.pnpm/node-linux-* && mkdir /data && chown node /data
COPY . .
COPY --from=build /app/generated generated
USER node
VOLUME /data
# Node gives a container of 512 MB a young generation of 1 MB, with which the same work takes half as much CPU again: it gets what a machine does.
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=16", "generated/serve/serve.js"]
