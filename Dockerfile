# One image for web, worker and scheduler; compose.yaml says which process does what.
FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 TANDEM_DATA=/data
RUN useradd --system --user-group --home-dir /app tandem && install -d -o tandem -g tandem -m 700 /data
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY manage.py .
COPY tracker tracker
RUN python -m compileall -q tracker

USER tandem
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "1", "--blocking-threads", "4", "--no-ws", "tracker.config.wsgi:application"]
