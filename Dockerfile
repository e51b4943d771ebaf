# syntax=docker/dockerfile:1
# Two images of one program: `container` (the default) for any Docker or Podman, `addon` for Home Assistant.
# Both run the guard as process 1: it keeps the daemon under a watchdog and drives the outputs to idle
# whenever the daemon ends, however it ends. How to run them: packaging/README.md.
ARG PYTHON=3.13
ARG SUITE=trixie

FROM python:${PYTHON}-slim-${SUITE} AS build
# 0 leaves out clips and pictures of streams: two thirds of the image are their libraries.
ARG MEDIA=1
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv --without-pip /opt/alarm2mqtt \
    # hatchling makes the wheel; the lock of the development tools has its hashes.
    && awk '/^[a-z]/ { take = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } take' requirements-dev.lock >build.lock \
    && pip install --no-cache-dir --require-hashes --target /build --requirement build.lock \
    && awk -v media="$MEDIA" '/^[a-z]/ { take = media != 0 || !/^av==/ } take' requirements.lock >run.lock \
    # Only wheels: what had to be compiled would need a compiler, and an hour under an emulator.
    && pip --python /opt/alarm2mqtt/bin/python install --no-cache-dir --no-compile --require-hashes --only-binary :all: \
       --requirement run.lock \
    # rich colours source code with it, of which the terminals have none: 10 MB.
    && rm -r /opt/alarm2mqtt/lib/python*/site-packages/pygments
COPY pyproject.toml README.md LICENSE ./
COPY bridge bridge
COPY ha_discovery ha_discovery
# Byte code that trusts itself rather than time stamps, which not every registry keeps: without it
# everything takes five times as long to start, and a read-only image could never make it.
RUN PYTHONPATH=/build pip --python /opt/alarm2mqtt/bin/python install --no-cache-dir --no-compile --no-deps \
       --no-build-isolation . \
    && /opt/alarm2mqtt/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/alarm2mqtt/lib

FROM python:${PYTHON}-slim-${SUITE} AS sound
# Of alsa-utils only the player, which is the recorder as well: its mixers and tests bring 6 MB of libraries along.
WORKDIR /alsa
RUN apt-get update \
    && apt-get download alsa-utils \
    && dpkg-deb --extract alsa-utils_*.deb .

FROM python:${PYTHON}-slim-${SUITE} AS base
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="alarm2mqtt" \
      org.opencontainers.image.description="Alarm inputs and outputs, linked on the device, bridged to MQTT and Home Assistant" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# For audible alarms, and sound as an input; the library's name depends on the suite.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends '^libasound2(t64)?$' \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* \
    && useradd --system --uid 990 --user-group --groups audio,video --home-dir /var/lib/alarm2mqtt --shell /usr/sbin/nologin \
       alarm2mqtt \
    && install -d -o alarm2mqtt -g alarm2mqtt -m 0750 /var/lib/alarm2mqtt /etc/alarm2mqtt
COPY --from=sound /alsa/usr/bin/aplay /alsa/usr/bin/arecord /usr/bin/
COPY --from=build /opt/alarm2mqtt /opt/alarm2mqtt
ENV PATH=/opt/alarm2mqtt/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# Answered by the guard: the daemon has said that it is ready, and gave a sign of life in the last ten seconds.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["alarm2mqtt", "healthy"]
STOPSIGNAL SIGTERM

FROM base AS addon
ARG VERSION=0.1.0
# The Supervisor lets only root read the options.
LABEL io.hass.type="app" \
      io.hass.version="${VERSION}" \
      io.hass.arch="aarch64|amd64"
COPY addon/start addon/first.yaml /usr/local/share/alarm2mqtt/
ENTRYPOINT ["sh", "/usr/local/share/alarm2mqtt/start"]

FROM base AS container
USER 990
VOLUME /var/lib/alarm2mqtt
ENTRYPOINT ["alarm2mqtt"]
CMD ["guard"]
