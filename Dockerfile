# syntax=docker/dockerfile:1
# The server with ffmpeg, without root; or alone, a static binary without a shell,
# which plays videos as they were uploaded.
#
#     docker build -t keepsake .
#     docker build -t keepsake --target alone .
FROM node:22-bookworm-slim AS web
WORKDIR /src
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY web .
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
RUN rm -rf web/dist/app
COPY --from=web /src/dist/app web/dist/app
ENV CGO_ENABLED=0
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    tools/heif.sh && go build -trimpath -ldflags="-s -w" -o /out/keepsake . && mkdir /out/data

# It has certificates of authorities, time zones, and the user 65532, nonroot.
FROM gcr.io/distroless/static-debian12:nonroot AS alone
COPY --from=build /out/keepsake /keepsake
# For a volume of the embedded backends: it takes its owner from here.
COPY --from=build --chown=65532:65532 /out/data /data
ENV KEEPSAKE_LISTEN=:8080 KEEPSAKE_LOG_FORMAT=json
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/keepsake", "ready"]
ENTRYPOINT ["/keepsake"]

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates ffmpeg tzdata && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/keepsake /keepsake
# For a volume of the embedded backends: it takes its owner from here.
COPY --from=build --chown=65532:65532 /out/data /data
ENV KEEPSAKE_LISTEN=:8080 KEEPSAKE_LOG_FORMAT=json
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/keepsake", "ready"]
ENTRYPOINT ["/keepsake"]
