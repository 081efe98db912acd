# The light kind: all but training, without TensorFlow and Keras.
#   docker build -t lstmkit . && docker run --rm lstmkit emoji predict "I love you"
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps -w /wheels .
RUN python -m venv /opt/lstmkit \
    && /opt/lstmkit/bin/pip install --no-cache-dir uv \
    && printf 'keras ; python_version < "0"\ntensorflow ; python_version < "0"\n' > /light.txt \
    && /opt/lstmkit/bin/uv pip install --python /opt/lstmkit/bin/python --no-cache \
       --override /light.txt /wheels/*.whl \
    && /opt/lstmkit/bin/uv pip uninstall --python /opt/lstmkit/bin/python uv

FROM python:3.13-slim
COPY --from=build /opt/lstmkit /opt/lstmkit
RUN useradd --create-home --uid 1000 student
USER 1000
WORKDIR /home/student
ENTRYPOINT ["/opt/lstmkit/bin/lstmkit"]
CMD ["--help"]
