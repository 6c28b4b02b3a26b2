FROM slipway/stand-in-base
ENV LANG=C.UTF-8
COPY node /usr/local/bin/node
RUN useradd --uid 1000 --user-group --create-home node
CMD ["node"]
