#!/bin/sh
# nginx looks its upstreams up once, at its start: wait until the cluster's DNS knows the API.
until getent hosts api > /dev/null; do sleep 0.2; done
exec nginx -g 'daemon off;'
