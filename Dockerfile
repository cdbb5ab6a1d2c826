# One image for every command: `docker build -t dealwire .`, then `docker run dealwire --help`.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /opt/dealwire \
 && /opt/dealwire/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY dealwire dealwire
COPY connectors connectors
COPY streams streams
COPY rules rules
COPY notifier notifier
RUN /opt/dealwire/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 dealwire \
 && install -d -o dealwire -g dealwire /var/lib/dealwire
COPY --from=build /opt/dealwire /opt/dealwire
COPY examples /etc/dealwire
ENV PATH=/opt/dealwire/bin:$PATH PYTHONUNBUFFERED=1
USER dealwire
WORKDIR /var/lib/dealwire
VOLUME /var/lib/dealwire
STOPSIGNAL SIGTERM
ENTRYPOINT ["dealwire"]
CMD ["--help"]
