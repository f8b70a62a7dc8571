ARG NODE_VERSION=24

# What runs, of all that npm and the compiler leave. node-rdkafka compiles librdkafka, which takes minutes: this layer lasts
# as long as package-lock.json does. `npm prune` on the packages of the build would throw the compiled one away.
FROM node:${NODE_VERSION}-bookworm AS production
# What librdkafka has TLS and its codecs of, whatever the image brings.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libssl-dev libzstd-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
WORKDIR /app
COPY package.json package-lock.json ./
COPY vendor/ vendor/
# Without scripts, since `prepare` compiles sources, which are not here; then those of the two native packages. The packages of the
# application are no dependencies of the library, so only the tools are taken out again.
RUN npm ci --ignore-scripts --no-audit --no-fund \
    && npm uninstall --ignore-scripts --no-audit --no-fund \
        @biomejs/biome @types/cli-progress @types/luxon @types/mocha @types/node abstract-level arktype expect-type \
        fast-check mocha playwright-core typescript valibot \
    && npm rebuild node-rdkafka classic-level \
    && mkdir -p /rdkafka/Release /rdkafka/deps \
    && cd node_modules/node-rdkafka \
    && mv build/Release/node-librdkafka.node /rdkafka/Release/ \
    && mv build/deps/librdkafka.so.1 build/deps/librdkafka++.so.1 /rdkafka/deps/ \
    && strip --strip-unneeded /rdkafka/Release/*.node /rdkafka/deps/*.so.1 \
    && find . -mindepth 1 -maxdepth 1 ! -name lib ! -name '*.js' ! -name package.json ! -name LICENSE.txt \
        -exec rm -rf '{}' + \
    && mv /rdkafka build \
    && cd .. \
    && find classic-level/deps classic-level/prebuilds -mindepth 1 -maxdepth 1 ! -name 'linux-*' -exec rm -rf '{}' + \
    && find . -type f '(' -name '*.d.ts' -o -name '*.map' ')' -delete

FROM node:${NODE_VERSION}-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY vendor/ vendor/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY command/ command/
COPY stores/ stores/
COPY streams/ streams/
COPY topology/ topology/
COPY producer/ producer/
COPY monitor/ monitor/
RUN npm run build && find dist '(' -name '*.d.ts' -o -name '*.map' -o -name .tsbuildinfo ')' -delete

FROM node:${NODE_VERSION}-bookworm-slim
# What librdkafka is linked with, and the certificates that TLS to a broker is checked by.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libssl3 libzstd1 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && install -d -o node -g node /state
WORKDIR /app
COPY vendor/ vendor/
COPY --from=production /app/node_modules/ node_modules/
# What is missing is found here, not by whoever starts it.
RUN node -e "for (const name of ['node-rdkafka', 'classic-level', 'kafka-streams']) require(name); \
    const lacks = ['gzip', 'snappy', 'lz4', 'zstd', 'ssl', 'sasl_scram'].filter(f => !require('node-rdkafka').features.includes(f)); \
    if (lacks.length > 0) throw new Error('librdkafka lacks ' + lacks.join(', '))"
COPY package.json ./
COPY monitor/page/ monitor/page/
COPY --from=build /app/dist/ dist/
USER node
ENV NODE_ENV=production STATE_DIR=/state MALLOC_ARENA_MAX=2
ENTRYPOINT ["node", "--max-semi-space-size=16"]
CMD ["dist/topology/main.js"]
