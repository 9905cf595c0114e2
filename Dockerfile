# One image for every service of docker-compose.yml; the command says which: serve subgraph <name>, serve channel <name>, serve gateway …
FROM node:20-bookworm-slim AS base
RUN npm install --global pnpm@10.34.9
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY clients/stream-client/package.json clients/stream-client/
COPY patches patches

# With the tools that make code: Prisma's clients, types, pages.
FROM base AS build
RUN pnpm install --frozen-lockfile
COPY . .
RUN pnpm -s generate

# What runs has no tools but tsx, which reads the TypeScript as it is.
FROM base
RUN pnpm install --frozen-lockfile --prod && mkdir /data && chown node /data
COPY . .
COPY --from=build /app/generated generated
USER node
VOLUME /data
ENTRYPOINT ["node", "--import", "tsx", "scripts/serve.ts"]
