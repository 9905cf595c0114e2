# One image for every service of docker-compose.yml; the command says which: serve subgraph <name>, serve channel <name>, serve gateway …
FROM node:20-bookworm-slim
RUN npm install --global pnpm@10.34.9 && mkdir /data && chown node /data
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY clients/stream-client/package.json clients/stream-client/
# No embedded PostgreSQL in a container, which brings its own: --no-optional would drop the platform packages of the code generators too.
RUN pnpm install --frozen-lockfile
COPY . .
RUN pnpm -s generate && chown -R node /app/generated
USER node
VOLUME /data
ENTRYPOINT ["node", "--import", "tsx", "scripts/serve.ts"]
