# syntax=docker/dockerfile:1
# The deployed product: pinned dependencies, compiled catalogs, collected static files, no root.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/production.txt /build/
# Where packages come from is the builder's affair: a pip.conf may be passed as the secret `pip`.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf,required=false \
    python -m venv /opt/headroom \
    && /opt/headroom/bin/pip install --require-hashes -r /build/production.txt

FROM python:${PYTHON} AS product
ENV PATH=/opt/headroom/bin:$PATH PYTHONDONTWRITEBYTECODE=1
COPY --from=dependencies /opt/headroom /opt/headroom
COPY . /srv/headroom
WORKDIR /srv/headroom
# The settings refuse to load without their secrets; these stand for them and reach no later stage.
RUN python -m scripts.compile_messages \
    && env $(cat docker/build.env) python manage.py collectstatic --noinput \
    && rm -r docker scripts requirements \
    && python -m compileall -q .

FROM python:${PYTHON}
RUN groupadd --gid 10001 headroom \
    && useradd --uid 10001 --gid headroom --no-create-home --shell /usr/sbin/nologin headroom
ENV PATH=/opt/headroom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod
COPY --from=dependencies /opt/headroom /opt/headroom
COPY --from=product /srv/headroom /srv/headroom
WORKDIR /srv/headroom
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--no-access-log", "--timeout-graceful-shutdown", "20"]
